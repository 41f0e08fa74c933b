package sample

import (
	"bytes"
	"strings"
	"testing"
)

func TestPayment(t *testing.T) {
	n := Payment()
	if got := strings.Count(string(n.Body), "</"); got != fieldCount+1 {
		t.Errorf("%d elements, want %d and the root", got, fieldCount)
	}
	if len(Key) != 32 {
		t.Errorf("the key has %d characters, want 32", len(Key))
	}
	different := 0
	for i := range n.Body {
		if n.Body[i] != n.Forged[i] {
			different++
		}
	}
	if different != 1 || len(n.Body) != len(n.Forged) {
		t.Errorf("the forged body differs in %d bytes, want 1", different)
	}
}

func TestLarge(t *testing.T) {
	n := Large(60 << 10)
	if len(n.Body) != 60<<10 {
		t.Errorf("%d bytes", len(n.Body))
	}
	if bytes.Equal(n.Body, n.Forged) {
		t.Error("the forged body is the genuine one")
	}
}

func TestSeries(t *testing.T) {
	fields := payment()
	s := NewSeries(false)
	signature, id := s.At(7)
	fields["transaction_id"] = id
	want := string(sign(fields).Body)
	if got := s.Head + signature + s.Middle + id + s.Tail; got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if _, other := s.At(8); other == id || len(other) != len(payment()["transaction_id"]) {
		t.Errorf("%s follows %s", other, id)
	}
	forged := NewSeries(true)
	if forged.Head+forged.Middle+forged.Tail == s.Head+s.Middle+s.Tail {
		t.Error("the forged series is the genuine one")
	}
}
