package redis

import (
	"bufio"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

// patience is for what has to happen sooner or later.
const patience = 60 * time.Second

// program finds Redis or Valkey, or skips the test: a machine with Go alone has neither.
// Where WECHATPAY_TEST_BACKENDS is set, as in CI, that is a failure.
func program(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"redis-server", "valkey-server"} {
		if found, err := exec.LookPath(name); err == nil {
			return found
		}
	}
	if os.Getenv("WECHATPAY_TEST_BACKENDS") != "" {
		t.Fatal("redis-server is not installed")
	}
	t.Skip("redis-server is not installed")
	return ""
}

// process is one of Redis.
type process struct {
	*testing.T
	address string // host:port, or the path of a socket
	args    []string
	dir     string
	cmd     *exec.Cmd
	exited  chan struct{}
}

// startServer starts Redis on a free port until the test ends. Of arguments given twice,
// Redis takes the last.
func startServer(t *testing.T, args ...string) *process {
	t.Helper()
	address := freeAddress(t)
	_, port, _ := net.SplitHostPort(address)
	dir := t.TempDir()
	s := &process{T: t, address: address, dir: dir}
	s.args = append([]string{"--port", port, "--bind", "127.0.0.1", "--dir", dir, "--save", "", "--repl-diskless-sync-delay", "0"}, args...)
	s.start()
	return s
}

// start starts the process. Once it was killed, this is how it comes back.
func (s *process) start() {
	s.Helper()
	log, err := os.OpenFile(filepath.Join(s.dir, "log"), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		s.Fatal(err)
	}
	defer log.Close()
	cmd := exec.Command(program(s.T), s.args...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = s.dir, log, log
	if err := cmd.Start(); err != nil {
		s.Fatal(err)
	}
	exited := make(chan struct{})
	go func() { _ = cmd.Wait(); close(exited) }()
	s.cmd, s.exited = cmd, exited
	s.Cleanup(func() {
		_ = cmd.Process.Kill()
		<-exited
		if s.Failed() {
			output, _ := os.ReadFile(log.Name())
			s.Logf("%s:\n%s", s.address, output)
		}
	})
	eventually(s.T, s.address+" answers", s.answers)
}

// answers asks for a sign of life, which needs no password.
func (s *process) answers() error {
	select {
	case <-s.exited:
		s.Fatalf("redis-server %s ended at once", strings.Join(s.args, " "))
	default:
	}
	network := "tcp"
	if strings.HasPrefix(s.address, "/") {
		network = "unix"
	}
	conn, err := net.DialTimeout(network, s.address, time.Second)
	if err != nil {
		return err
	}
	defer conn.Close()
	if strings.Contains(strings.Join(s.args, " "), "--tls-port") {
		return nil
	}
	_ = conn.SetDeadline(time.Now().Add(time.Second))
	if _, err := fmt.Fprint(conn, "PING\r\n"); err != nil {
		return err
	}
	line, err := bufio.NewReader(conn).ReadString('\n')
	if err != nil || strings.HasPrefix(line, "+PONG") || strings.HasPrefix(line, "-NOAUTH") {
		return err
	}
	return errors.New(line)
}

// kill ends the process without a warning.
func (s *process) kill() {
	s.Helper()
	if err := s.cmd.Process.Kill(); err != nil {
		s.Error(err)
	}
	<-s.exited
}

// stop keeps the process from doing anything until go on is called.
func (s *process) stop() (goOn func()) {
	s.Helper()
	if err := s.cmd.Process.Signal(syscall.SIGSTOP); err != nil {
		s.Fatal(err)
	}
	return func() { _ = s.cmd.Process.Signal(syscall.SIGCONT) }
}

func (s *process) url() string { return "redis://" + s.address + "/0" }

func (s *process) port() string {
	_, port, _ := net.SplitHostPort(s.address)
	return port
}

// admin returns a client of the test's own.
func (s *process) admin() *redis.Client {
	client := redis.NewClient(&redis.Options{Addr: s.address})
	s.Cleanup(func() { _ = client.Close() })
	return client
}

// do runs a command.
func (s *process) do(args ...any) any {
	s.Helper()
	client := redis.NewClient(&redis.Options{Addr: s.address})
	defer client.Close()
	reply, err := client.Do(s.Context(), args...).Result()
	if err != nil {
		s.Fatalf("%v: %v", args, err)
	}
	return reply
}

// freeAddress returns a loopback address that was free a moment ago, and so was the one
// 10000 above it, which the nodes of a cluster use. Neither is a port that the system
// gives to connections.
func freeAddress(t *testing.T) string {
	t.Helper()
	for range 100 {
		port := 12000 + rand.IntN(10000)
		first, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port))
		if err != nil {
			continue
		}
		second, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port+10000))
		_ = first.Close()
		if err != nil {
			continue
		}
		_ = second.Close()
		return first.Addr().String()
	}
	t.Fatal("no free port")
	return ""
}

// eventually waits until try returns no error.
func eventually(t *testing.T, what string, try func() error) {
	t.Helper()
	deadline := time.Now().Add(patience)
	for {
		err := try()
		if err == nil {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("waiting for this: %s; the last error is: %v", what, err)
		}
		time.Sleep(20 * time.Millisecond)
	}
}
