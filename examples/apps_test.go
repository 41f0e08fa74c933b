package examples

import (
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// app is one of the examples.
type app struct {
	name string
	// start runs it with its data in a folder and returns what stands in the
	// Caddyfile to reach it.
	start func(t *testing.T, data string) (upstream string)
	// place is the program that makes the attach of an order.
	place []string
	// lock keeps the app waiting for its orders, as slow work would.
	lock func(t *testing.T, file *os.File) (unlock func())
}

var apps = []app{
	{"php/plain", startPlainPHP, placePHP, lockFlock},
	{"php/legacy", startLegacyPHP, placePHP, lockFlock},
	{"java/plain", startPlainJava, placeJava, lockPOSIX},
	{"java/spring", startSpring, placeJava, lockPOSIX},
}

var (
	placePHP  = []string{"php", "php/place.php"}
	placeJava = []string{"java", "java/Attach.java"}
)

func startPlainPHP(t *testing.T, data string) string {
	address := freeAddress(t)
	cmd := exec.Command(program(t, "php"), "-S", address, "notify.php")
	cmd.Dir = "php/plain"
	start(t, cmd, address, "SHOP_DATA="+data, "PHP_CLI_SERVER_WORKERS=4")
	return "reverse_proxy " + address
}

func startLegacyPHP(t *testing.T, data string) string {
	address := freeAddress(t)
	cmd := exec.Command(program(t, "php-fpm", "php-fpm8*"), "-n", "-F", "-R", "-y", "php-fpm.conf")
	cmd.Dir = "php/legacy"
	start(t, cmd, address, "SHOP_DATA="+data, "PHP_FPM_LISTEN="+address)
	root, err := filepath.Abs(cmd.Dir)
	if err != nil {
		t.Fatal(err)
	}
	return "root " + root + "\n\t\tphp_fastcgi " + address
}

func startPlainJava(t *testing.T, data string) string {
	return startJava(t, "java/plain", data, "Shop.java")
}

func startSpring(t *testing.T, data string) string {
	requireMavenCentral(t)
	build := exec.Command(program(t, "mvn"), "-q", "-B", "package")
	build.Dir = "java/spring"
	if output, err := build.CombinedOutput(); err != nil {
		t.Fatalf("mvn package: %v\n%s", err, output)
	}
	return startJava(t, "java/spring", data, "-jar", "target/shop.jar")
}

func startJava(t *testing.T, dir, data string, args ...string) string {
	address := freeAddress(t)
	_, port, _ := net.SplitHostPort(address)
	cmd := exec.Command(program(t, "java"), args...)
	cmd.Dir = dir
	start(t, cmd, address, "SHOP_DATA="+data, "PORT="+port)
	return "reverse_proxy " + address
}

// program finds a program, or skips the test: a machine with Go alone has none of
// them. Where WECHATPAY_TEST_BACKENDS is set, as in CI, a missing one is a failure.
func program(t *testing.T, names ...string) string {
	t.Helper()
	for _, dir := range append(filepath.SplitList(os.Getenv("PATH")), "/usr/sbin") {
		for _, name := range names {
			if found, _ := filepath.Glob(filepath.Join(dir, name)); len(found) > 0 {
				return found[0]
			}
		}
	}
	if os.Getenv("WECHATPAY_TEST_BACKENDS") != "" {
		t.Fatalf("%s is not installed", names[0])
	}
	t.Skipf("%s is not installed", names[0])
	return ""
}

// requireMavenCentral skips the test where Maven can neither reach its registry nor
// has what it needs already.
func requireMavenCentral(t *testing.T) {
	t.Helper()
	resolve := exec.Command(program(t, "mvn"), "-q", "-B", "dependency:resolve")
	resolve.Dir = "java/spring"
	if output, err := resolve.CombinedOutput(); err != nil {
		if strings.Contains(string(output), "Could not transfer") || strings.Contains(string(output), "Unknown host") {
			t.Skip("Maven Central is out of reach")
		}
		t.Fatalf("mvn dependency:resolve: %v\n%s", err, output)
	}
}

// PHP's flock is flock(2), Java's FileChannel.lock a POSIX record lock.

func lockFlock(t *testing.T, file *os.File) func() {
	t.Helper()
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX); err != nil {
		t.Fatal(err)
	}
	return func() { _ = syscall.Flock(int(file.Fd()), syscall.LOCK_UN) }
}

func lockPOSIX(t *testing.T, file *os.File) func() {
	t.Helper()
	if err := syscall.FcntlFlock(file.Fd(), syscall.F_SETLKW, &syscall.Flock_t{Type: syscall.F_WRLCK}); err != nil {
		t.Fatal(err)
	}
	return func() {
		_ = syscall.FcntlFlock(file.Fd(), syscall.F_SETLK, &syscall.Flock_t{Type: syscall.F_UNLCK})
	}
}
