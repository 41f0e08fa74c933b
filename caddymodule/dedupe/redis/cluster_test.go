package redis

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/caddy-wechatpay/caddy-wechatpay/caddymodule/dedupe"
	"github.com/caddy-wechatpay/caddy-wechatpay/caddymodule/dedupe/dedupetest"
)

const slots = 16384

// startCluster starts three masters, each with a third of the slots.
func startCluster(t *testing.T) []*process {
	t.Helper()
	nodes := make([]*process, 3)
	for i := range nodes {
		nodes[i] = startServer(t, "--cluster-enabled", "yes", "--cluster-config-file", "nodes.conf", "--cluster-node-timeout", "60000")
	}
	for i, node := range nodes {
		node.do("CLUSTER", "SET-CONFIG-EPOCH", i+1)
		args := []any{"CLUSTER", "ADDSLOTS"}
		for slot := slots * i / len(nodes); slot < slots*(i+1)/len(nodes); slot++ {
			args = append(args, slot)
		}
		node.do(args...)
		node.do("CLUSTER", "MEET", "127.0.0.1", nodes[0].port())
	}
	for _, node := range nodes {
		eventually(t, "the cluster is complete", func() error {
			info := node.do("CLUSTER", "INFO").(string)
			if !strings.Contains(info, "cluster_state:ok") || !strings.Contains(info, "cluster_known_nodes:3") {
				return errors.New(info)
			}
			return nil
		})
	}
	return nodes
}

func testCluster(t *testing.T) {
	nodes := startCluster(t)
	url := "redis://" + nodes[0].address + "?addr=" + nodes[1].address
	t.Run("keeps to the protocol", func(t *testing.T) {
		dedupetest.Run(t, func(t *testing.T) dedupe.Store { return connect(t, url) })
	})
	t.Run("one address out of two is enough", func(t *testing.T) {
		works(t, open(t, "redis://"+freeAddress(t)+"?addr="+nodes[2].address))
	})
	t.Run("records lie on all nodes", func(t *testing.T) {
		before := make([]int64, len(nodes))
		for i, node := range nodes {
			before[i] = node.do("DBSIZE").(int64)
		}
		store := open(t, url)
		const facts = 60
		for i := range facts {
			c := claim(fmt.Sprint(dedupe.NewOwner(), i))
			finds(t, store, c, dedupe.Claimed)
			accept(t, store, c)
			finds(t, store, claim(c.ID), dedupe.Accepted)
		}
		all := int64(0)
		for i, node := range nodes {
			added := node.do("DBSIZE").(int64) - before[i]
			if all += added; added <= 0 {
				t.Errorf("node %d has %d of them", i, added)
			}
		}
		if all != facts {
			t.Errorf("%d records, want %d", all, facts)
		}
	})
	t.Run("a node that is stopped", func(t *testing.T) {
		stores := []dedupe.Store{open(t, url)}
		works(t, stores[0])
		goOn := nodes[0].stop()
		defer goOn()
		answersInTime(t, stores[0])
		for range 10 { // which asks the stopped one first is a matter of luck
			stores = append(stores, open(t, url))
			answersInTime(t, stores[len(stores)-1])
		}
		goOn()
		for _, store := range stores {
			eventually(t, "the store works again", func() error { return store.Check(t.Context()) })
			for range 5 {
				works(t, store)
			}
		}
	})
}
