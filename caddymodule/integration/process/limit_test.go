package process

import (
	"fmt"
	"os"
	"strconv"
	"syscall"
)

// With these in its environment, this test's own program limits the size of files that it
// may write, and becomes Caddy.
const (
	fileSizeVariable = "WECHATPAY_TEST_FILE_SIZE"
	binaryVariable   = "WECHATPAY_TEST_CADDY"
)

func becomeCaddyIfAsked() {
	size, asked := os.LookupEnv(fileSizeVariable)
	if !asked {
		return
	}
	fmt.Fprintln(os.Stderr, becomeCaddy(size))
	os.Exit(1)
}

// becomeCaddy comes back with an error only.
func becomeCaddy(fileSize string) error {
	bytes, err := strconv.ParseUint(fileSize, 10, 64)
	if err != nil {
		return err
	}
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
		return err
	}
	limit.Cur = min(bytes, limit.Max)
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
		return err
	}
	return syscall.Exec(os.Getenv(binaryVariable), append([]string{"caddy"}, os.Args[1:]...), os.Environ())
}
