package verifier_test

import (
	"testing"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
)

// What takes the place of attach stands in the resource alone: fields, and the XML, are
// what was signed.
func TestReplaceAttachOfAPayment(t *testing.T) {
	tests := []struct {
		name string
		text string
		want any // nil for no member
	}{
		{"another text", "order-17", "order-17"},
		{"none", "", nil},
		{"quotes and line ends", "a\"b\\\n", "a\"b\\\n"},
		{"what would end the document", `"},"event_type":"X`, `"},"event_type":"X`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			n, err := judgeSigned(t, payment())
			wantReason(t, err, verifier.OK)
			xml, content := string(n.AppendXML(nil)), contentOf(&n)
			n.Orders[0].ReplaceAttach(test.text)
			if got := readJSON(t, &n); got.Resource["attach"] != test.want || got.Fields["attach"] != "test" || got.EventType != "TRANSACTION.SUCCESS" {
				t.Errorf("got %s", n.AppendJSON(nil))
			}
			if string(n.AppendXML(nil)) != xml || contentOf(&n) != content {
				t.Error("more than the resource has changed")
			}
		})
	}
}

// Each order of a combined payment has an attach of its own.
func TestReplaceAttachOfOrders(t *testing.T) {
	for _, texts := range [][]string{{"x", "y"}, {"x", ""}, {"", "y"}, {"", ""}} {
		n := judgeGolden(t, "combined")
		list := n.Fields.Get("sub_order_list")
		for i := range n.Orders {
			n.Orders[i].ReplaceAttach(texts[i])
		}
		orders, _ := readJSON(t, &n).Resource["sub_orders"].([]any)
		if len(orders) != len(texts) {
			t.Fatalf("got %s", n.AppendJSON(nil))
		}
		for i, order := range orders {
			members, _ := order.(map[string]any)
			if got, _ := members["attach"].(string); got != texts[i] || (members["attach"] == nil) != (texts[i] == "") {
				t.Errorf("order %d has attach %v, want %q", i, members["attach"], texts[i])
			}
		}
		if readJSON(t, &n).Fields["sub_order_list"] != list {
			t.Errorf("the list has changed: %s", readJSON(t, &n).Fields["sub_order_list"])
		}
	}
}

// An order as placed, attach included, is left alone where nothing takes its place.
func TestAttachIsKept(t *testing.T) {
	n := judgeGolden(t, "combined")
	n.Orders[1].ReplaceAttach("x")
	orders, _ := readJSON(t, &n).Resource["sub_orders"].([]any)
	first, _ := orders[0].(map[string]any)
	if first["attach"] != `a"b\订单` {
		t.Errorf("got %v", first["attach"])
	}
}

// What was replaced in one notification is not in the next one.
func TestReplacedAttachIsForgotten(t *testing.T) {
	v, n := newVerifier(t), verifier.Notification{}
	for range 2 {
		wantReason(t, v.Verify(payment().Sign(key, verifier.MD5), nil, &n), verifier.OK)
		if got := readJSON(t, &n).Resource["attach"]; got != "test" {
			t.Errorf("got %v", got)
		}
		n.Orders[0].ReplaceAttach("x")
	}
	wantReason(t, v.Verify(readGolden(t, "combined.xml"), nil, &n), verifier.OK)
	if n.Orders[0].Attach != `a"b\订单` {
		t.Errorf("got %q", n.Orders[0].Attach)
	}
}
