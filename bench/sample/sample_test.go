package sample

import (
	"bytes"
	"crypto/md5"
	"fmt"
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
	for name, n := range map[string]Notification{"payment": Payment(), "large": Large(60 << 10)} {
		s := n.Series(false)
		_, id := s.At(7)
		want := strings.Replace(string(n.ToSign), payment()["transaction_id"], id, 1)
		if string(s.Body(7)) == string(n.Body) || !signedFor(string(s.Body(7)), want) {
			t.Errorf("%s: the signature is not that of\n%s", name, want)
		}
		if len(s.Body(7)) != len(n.Body) {
			t.Errorf("%s: %d bytes, want %d", name, len(s.Body(7)), len(n.Body))
		}
		if bytes.Equal(n.Series(true).Body(7), s.Body(7)) {
			t.Errorf("%s: the forged series is the genuine one", name)
		}
	}
}

func signedFor(body, toSign string) bool {
	return strings.Contains(body, fmt.Sprintf("<sign><![CDATA[%X]]></sign>", md5.Sum([]byte(toSign))))
}

func TestTransactionIDs(t *testing.T) {
	const many = 200_000
	seen := make(map[string]bool, many)
	ascending := 0
	for i := range many {
		id := TransactionID(i)
		if len(id) != len(payment()["transaction_id"]) || seen[id] {
			t.Fatalf("number %d is %s: too long, or not the first", i, id)
		}
		seen[id] = true
		if i > 0 && id > TransactionID(i-1) {
			ascending++
		}
	}
	if ascending < many*4/10 || ascending > many*6/10 {
		t.Errorf("%d of %d follow a smaller one: that is an order", ascending, many)
	}
}
