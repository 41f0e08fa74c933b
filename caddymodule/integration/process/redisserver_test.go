package process

import (
	"bufio"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// redis is a server that has everything on its disk before it answers. It may be killed
// and started again.
type redis struct {
	t       *testing.T
	program string
	dir     string
	log     *output
	*child
}

// redisProgram returns redis-server. Where WECHATPAY_TEST_BACKENDS is set, as in CI, it is
// a failure that there is none.
func redisProgram(t *testing.T) string {
	t.Helper()
	program, err := exec.LookPath("redis-server")
	switch {
	case err == nil:
	case os.Getenv("WECHATPAY_TEST_BACKENDS") != "":
		t.Fatal("redis-server is not installed")
	default:
		t.Skip("redis-server is not installed")
	}
	return program
}

func startRedis(t *testing.T, program string) *redis {
	t.Helper()
	r := &redis{t: t, program: program, dir: shortDir(t), log: newOutput(t, "Redis")}
	r.start()
	return r
}

func (r *redis) socket() string { return filepath.Join(r.dir, "redis") }

// option returns the directive's option, with a time limit for calls of the store.
func (r *redis) option(timeout string) string {
	return "dedupe redis unix://" + r.socket() + " {\n\t\t\ttimeout " + timeout + "\n\t\t}"
}

// start starts the server and waits until it has read what it knows.
func (r *redis) start() {
	r.t.Helper()
	r.child = startChild(r.t, exec.Command(r.program,
		"--port", "0", "--unixsocket", r.socket(), "--dir", r.dir,
		"--appendonly", "yes", "--appendfsync", "always", "--save", ""), r.log)
	eventually(r.t, "Redis does not answer", func() bool {
		if !r.running() {
			r.t.Fatal("Redis ended at once")
		}
		return r.ping()
	})
}

func (r *redis) ping() bool {
	conn, err := net.DialTimeout("unix", r.socket(), time.Second)
	if err != nil {
		return false
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(time.Second))
	if _, err := io.WriteString(conn, "PING\r\n"); err != nil {
		return false
	}
	line, _ := bufio.NewReader(conn).ReadString('\n')
	return strings.HasPrefix(line, "+PONG")
}
