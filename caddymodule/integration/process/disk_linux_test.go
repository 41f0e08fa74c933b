package process

import (
	"math"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"unsafe"
)

// disk is where a store has its file.
type disk interface {
	file() string
	// fill leaves that many bytes of room for the file.
	fill(t *testing.T, room int64)
	// free makes room again.
	free(t *testing.T)
}

// disks are the ways to have a full one, by name.
func disks(t *testing.T) map[string]func(*testing.T, *edge) disk {
	t.Helper()
	all := map[string]func(*testing.T, *edge) disk{"no room in the file": newFileLimit}
	if os.Geteuid() == 0 && canMount(t) {
		all["no room on the disk"] = newTinyDisk
	} else {
		t.Log("without a disk of its own, which takes the right to mount one")
	}
	return all
}

func canMount(t *testing.T) bool {
	t.Helper()
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=64k"); err != nil {
		t.Log(err)
		return false
	}
	if err := syscall.Unmount(dir, 0); err != nil {
		t.Fatal(err)
	}
	return true
}

// tinyDisk is a file system of its own, which another file fills.
type tinyDisk struct{ dir string }

const tinyDiskSize = 1 << 20

func newTinyDisk(t *testing.T, e *edge) disk {
	t.Helper()
	dir := e.path("disk")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size="+strconv.Itoa(tinyDiskSize)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if e.child != nil {
			e.kill()
		}
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	return tinyDisk{dir}
}

func (d tinyDisk) file() string { return filepath.Join(d.dir, "dedupe.db") }

func (d tinyDisk) fill(t *testing.T, room int64) {
	t.Helper()
	filler, err := os.Create(d.filler())
	if err != nil {
		t.Fatal(err)
	}
	defer filler.Close()
	var size int64
	for page := make([]byte, os.Getpagesize()); err == nil; size += int64(len(page)) {
		_, err = filler.Write(page)
	}
	if err := filler.Truncate(size - int64(os.Getpagesize()) - room); err != nil {
		t.Fatal(err)
	}
}

func (d tinyDisk) free(t *testing.T) {
	t.Helper()
	if err := os.Remove(d.filler()); err != nil {
		t.Fatal(err)
	}
}

func (d tinyDisk) filler() string { return filepath.Join(d.dir, "filler") }

// fileLimit is a limit to the size of files that the edge may write. To the edge, that is
// a full disk, and it takes no privileges.
type fileLimit struct{ edge *edge }

func newFileLimit(t *testing.T, e *edge) disk {
	t.Helper()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	e.program = program
	d := fileLimit{e}
	d.set(t, math.MaxUint64)
	return d
}

func (d fileLimit) file() string { return d.edge.path("dedupe.db") }

func (d fileLimit) fill(t *testing.T, room int64) {
	t.Helper()
	if info, err := os.Stat(d.file()); err == nil {
		room += info.Size()
	}
	d.set(t, uint64(room))
}

func (d fileLimit) free(t *testing.T) {
	t.Helper()
	d.set(t, math.MaxUint64)
}

// set changes the limit of the edge, if it is running, and of those started later.
func (d fileLimit) set(t *testing.T, bytes uint64) {
	t.Helper()
	d.edge.env = []string{fileSizeVariable + "=" + strconv.FormatUint(bytes, 10), binaryVariable + "=" + caddyBinary}
	if d.edge.child == nil || !d.edge.running() {
		return
	}
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
		t.Fatal(err)
	}
	limit.Cur = min(bytes, limit.Max)
	_, _, err := syscall.RawSyscall6(syscall.SYS_PRLIMIT64, uintptr(d.edge.cmd.Process.Pid), syscall.RLIMIT_FSIZE,
		uintptr(unsafe.Pointer(&limit)), 0, 0, 0)
	if err != 0 {
		t.Fatal(err)
	}
}
