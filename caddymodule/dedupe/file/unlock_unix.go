//go:build !windows && !plan9 && !solaris && !aix

package file

import (
	"os"
	"syscall"
)

// unlock gives up bbolt's lock. Closing the file would not do: as long as it is mapped
// into memory, it stays locked.
func unlock(file *os.File) { _ = syscall.Flock(int(file.Fd()), syscall.LOCK_UN) }
