package inspector

import (
	"cmp"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"sync"
	"sync/atomic"
)

// deliveries are what the inspectors of this process show. There is one journal for all
// sites, and it outlives a reload: the new configuration's inspector comes before the old
// one's goes.
var deliveries journal

// journal keeps the last deliveries for as long as there is an inspector to show them.
type journal struct {
	open atomic.Bool

	mutex   sync.Mutex
	readers map[*Handler]int // how many each of them wants to be kept
	windows [levels]window
	newest  uint64
	epoch   string
	secret  []byte
}

// level says how much of a delivery is proven. Each has a window of its own, so that
// nobody can push out what is genuine with what anybody can send.
type level int

const (
	fact     level = iota // the signature holds, and it is known what is told
	merchant              // the signature holds, but what is told was refused
	stranger              // anybody may have sent it
	levels
)

// window is the last deliveries of one level, oldest first.
type window []*entry

// perFact is how many deliveries of one fact are kept. WeChat Pay makes up to 16; more
// come from somebody who sends a captured one again.
const perFact = 20

// limit returns how many deliveries of level l are kept, where keep of facts are.
func (l level) limit(keep int) int {
	if l == fact {
		return keep
	}
	return max(keep/4, perFact)
}

// enter opens the journal for a reader.
func (j *journal) enter(h *Handler, keep int) {
	j.mutex.Lock()
	defer j.mutex.Unlock()
	if len(j.readers) == 0 {
		j.readers = make(map[*Handler]int)
		j.epoch, j.secret = rand.Text(), []byte(rand.Text())
		j.open.Store(true)
	}
	j.readers[h] = keep
}

// leave forgets what no reader is left for. A reader that never entered may leave.
func (j *journal) leave(h *Handler) {
	j.mutex.Lock()
	defer j.mutex.Unlock()
	delete(j.readers, h)
	if len(j.readers) == 0 {
		j.open.Store(false)
		j.readers, j.windows, j.newest = nil, [levels]window{}, 0
		return
	}
	for l := range j.windows {
		j.shorten(level(l))
	}
}

// add keeps a delivery. What takes time is done before the journal is locked.
func (j *journal) add(d *Delivery) {
	e, l := newEntry(d), d.level()
	j.mutex.Lock()
	defer j.mutex.Unlock()
	if len(j.readers) == 0 { // the last one has just left
		return
	}
	j.newest++
	e.Seq, e.Nth = j.newest, 1
	if d.ID != "" {
		e.Group = j.group(d.ID)
		j.repeat(l, e)
	}
	j.windows[l] = append(j.windows[l], e)
	j.shorten(l)
}

// group names a fact without naming it: the ID may hold a licence plate.
func (j *journal) group(id string) string {
	mac := hmac.New(sha256.New, j.secret)
	mac.Write([]byte(id))
	return hex.EncodeToString(mac.Sum(nil)[:12])
}

// repeat counts the deliveries of e's fact, and makes room for e among them.
func (j *journal) repeat(l level, e *entry) {
	same, oldest := 0, 0
	for i, other := range slices.Backward(j.windows[l]) {
		if other.Group != e.Group {
			continue
		}
		if same == 0 {
			e.Nth = other.Nth + 1
		}
		same, oldest = same+1, i
	}
	if same >= perFact {
		j.windows[l] = slices.Delete(j.windows[l], oldest, oldest+1)
	}
}

// shorten drops the oldest deliveries of a level that are too many.
func (j *journal) shorten(l level) {
	if surplus := len(j.windows[l]) - l.limit(j.keep()); surplus > 0 {
		j.windows[l] = slices.Delete(j.windows[l], 0, surplus)
	}
}

// keep returns how many deliveries the reader wants that wants most.
func (j *journal) keep() (most int) {
	for _, wanted := range j.readers {
		most = max(most, wanted)
	}
	return most
}

// news is what a page learns that has seen everything up to some delivery.
type news struct {
	Epoch  string         `json:"epoch"`  // a page that knows another one begins anew
	More   bool           `json:"more"`   // it should ask again at once
	Limits map[string]int `json:"limits"` // of each level
	Newest uint64         `json:"newest"`

	Deliveries []*entry `json:"deliveries"`
}

// mostNews bounds one answer.
const mostNews = 100

// since returns what came after the delivery with the number seq, oldest first.
func (j *journal) since(seq uint64) news {
	j.mutex.Lock()
	defer j.mutex.Unlock()
	n := news{Epoch: j.epoch, Newest: j.newest, Limits: make(map[string]int), Deliveries: []*entry{}}
	for l, window := range j.windows {
		n.Limits[levelNames[l]] = level(l).limit(j.keep())
		from, _ := slices.BinarySearchFunc(window, seq+1, func(e *entry, seq uint64) int { return cmp.Compare(e.Seq, seq) })
		n.Deliveries = append(n.Deliveries, window[from:]...)
	}
	slices.SortFunc(n.Deliveries, func(a, b *entry) int { return cmp.Compare(a.Seq, b.Seq) })
	if n.More = len(n.Deliveries) > mostNews; n.More {
		n.Deliveries = n.Deliveries[:mostNews]
	}
	return n
}
