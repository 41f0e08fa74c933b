package file

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"time"

	"go.etcd.io/bbolt"
	bbolterrors "go.etcd.io/bbolt/errors"
)

// lockWait is how long to wait for another process to let go of the file. bbolt tries
// once and gives up.
const lockWait = time.Millisecond

// openDatabase opens the file, which it creates, with its directory, if there is none.
func openDatabase(path string) (*bbolt.DB, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, err
	}
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, os.ErrNotExist):
		err = create(path)
	case err == nil && info.Mode().IsRegular() && info.Size() == 0:
		return openEmpty(path)
	case err == nil && info.Mode().IsRegular() && info.Size() < int64(emptyPages*os.Getpagesize()):
		err = fmt.Errorf("%s is cut short; move it away, or restore it from a backup", path)
	case err == nil && info.Mode().IsRegular():
		err = checkSize(path, info.Size())
	}
	if err != nil {
		return nil, err
	}
	return open(path)
}

// lockedError is the path of a file that another process has open.
type lockedError string

func (e lockedError) Error() string {
	return "another process has " + string(e) + " open; stop it, give each process a file of its own, or use dedupe redis for several of them"
}

// emptyPages is how many pages a database has that holds nothing.
const emptyPages = 4

// create makes an empty database under a name of its own, and gives it the right one once
// it is complete: of one that a full disk or a crash has left half-made, bbolt could make
// nothing. Of several processes that are about the same, the first succeeds.
func create(path string) error {
	removeStale(path)
	file, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+newSuffix)
	if err != nil {
		return err
	}
	unfinished := file.Name()
	defer func() { _ = os.Remove(unfinished) }()
	if err := file.Close(); err != nil {
		return err
	}
	db, err := open(unfinished)
	if err != nil {
		return err
	}
	if err := db.Close(); err != nil {
		return err
	}
	if err := os.Link(unfinished, path); err == nil || errors.Is(err, os.ErrExist) {
		return nil // a link never takes another's place
	}
	return os.Rename(unfinished, path) // where the file system has no links
}

const newSuffix = ".*.new"

// removeStale removes what attempts have left behind that were interrupted.
func removeStale(path string) {
	left, _ := filepath.Glob(path + newSuffix) // the pattern is a good one, or matches nothing
	for _, name := range left {
		if info, err := os.Stat(name); err == nil && time.Since(info.ModTime()) > time.Minute {
			_ = os.Remove(name)
		}
	}
}

// openEmpty makes a database of an empty file that somebody has provided. If that fails,
// the file is as empty as before.
func openEmpty(path string) (*bbolt.DB, error) {
	db, err := open(path)
	if _, locked := errors.AsType[lockedError](err); err != nil && !locked {
		_ = os.Truncate(path, 0)
	}
	return db, err
}

// checkSize compares the size of the file with what it says of itself. Reading pages that
// a backup has cut off would be fatal, or worse, would not be noticed.
func checkSize(path string, size int64) error {
	db, err := openWith(path, &bbolt.Options{ReadOnly: true})
	if err != nil {
		return err
	}
	defer db.Close()
	var whole int64
	if err := db.View(func(tx *bbolt.Tx) error { whole = tx.Size(); return nil }); err != nil {
		return err
	}
	if size < whole {
		return fmt.Errorf("%s is cut short: it has %d of %d bytes; move it away, or restore it from a backup", path, size, whole)
	}
	return nil
}

func open(path string) (*bbolt.DB, error) {
	return openWith(path, &bbolt.Options{FreelistType: bbolt.FreelistMapType, NoStatistics: true})
}

func openWith(path string, options *bbolt.Options) (db *bbolt.DB, err error) {
	var file *os.File
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true)) // the file is mapped into memory
	defer func() {
		if value := recover(); value != nil {
			unlock(file)
			_ = file.Close()
			err = fmt.Errorf("%s is damaged (%v); move it away, or restore it from a backup", path, value)
		}
	}()
	options.Timeout = lockWait
	options.OpenFile = func(name string, flag int, mode os.FileMode) (opened *os.File, err error) {
		file, err = os.OpenFile(name, flag, mode)
		return file, err
	}
	db, err = bbolt.Open(path, 0o600, options)
	if errors.Is(err, bbolterrors.ErrTimeout) {
		return nil, lockedError(path)
	}
	if err != nil {
		return nil, fmt.Errorf("opening %s: %w", path, err)
	}
	return db, nil
}
