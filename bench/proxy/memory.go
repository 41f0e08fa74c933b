package main

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"
)

// memory is what a process holds, in bytes.
type memory struct {
	live float64 // heap and stacks in use right after a garbage collection
	rss  float64 // resident, as the system sees it, garbage included
}

func (m memory) minus(o memory) memory { return memory{m.live - o.live, m.rss - o.rss} }
func (m memory) per(n float64) memory  { return memory{m.live / n, m.rss / n} }

// memory reads the resident size first, because the heap profile forces a collection.
func (e *edge) memory() (memory, error) {
	rss, err := procStatus(e.PID(), "VmRSS")
	if err != nil {
		return memory{}, err
	}
	var stats string
	for range 2 { // what a sync.Pool keeps survives the first collection
		if stats, err = get("http://" + e.admin + "/debug/pprof/heap?debug=1&gc=1"); err != nil {
			return memory{}, err
		}
	}
	heap, err := memStat(stats, "HeapInuse")
	if err != nil {
		return memory{}, err
	}
	stack, err := memStat(stats, "Stack")
	return memory{live: heap + stack, rss: rss * 1024}, err
}

// memStat finds "# Name = 123", or "# Name = 123 / 456", of which the first is in use.
func memStat(profile, name string) (float64, error) {
	_, rest, found := strings.Cut(profile, "\n# "+name+" = ")
	if !found {
		return 0, fmt.Errorf("the heap profile has no %s", name)
	}
	return strconv.ParseFloat(strings.FieldsFunc(rest, func(r rune) bool { return r < '0' || r > '9' })[0], 64)
}

func procStatus(pid int, name string) (float64, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, err
	}
	_, rest, found := strings.Cut(string(text), "\n"+name+":")
	if !found {
		return 0, fmt.Errorf("/proc has no %s", name)
	}
	return strconv.ParseFloat(strings.Fields(rest)[0], 64)
}

// cpu is the processor time that Caddy has used so far. The kernel counts it in hundredths of a second.
func (e *edge) cpu() (time.Duration, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", e.PID()))
	if err != nil {
		return 0, err
	}
	// The command's name, the second field, may hold blanks; it ends with the last bracket.
	fields := strings.Fields(string(text[strings.LastIndexByte(string(text), ')')+1:]))
	var ticks int64
	for _, field := range fields[11:13] { // user and system time
		n, err := strconv.ParseInt(field, 10, 64)
		if err != nil {
			return 0, err
		}
		ticks += n
	}
	return time.Duration(ticks) * 10 * time.Millisecond, nil
}

func get(url string) (string, error) {
	response, err := http.Get(url)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s", url, response.Status)
	}
	return string(body), err
}
