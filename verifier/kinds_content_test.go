package verifier_test

import (
	"strings"
	"testing"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
	"github.com/caddy-wechatpay/caddy-wechatpay/verifier/wechatpaytest"
)

// Two deliveries of the same fact have one ID and one content. What makes it another
// fact, or says something else of the same one, can be told by either.
func TestFactsOfKinds(t *testing.T) {
	forEachKind(t, func(t *testing.T, kind kindTest) {
		first, err := kind.judge(t, nil)
		wantReason(t, err, verifier.OK)
		for name, value := range kind.noise {
			n, err := kind.judge(t, set(name, value))
			wantReason(t, err, verifier.OK)
			if err == nil && (n.ID() != first.ID() || contentOf(&n) != contentOf(&first)) {
				t.Errorf("another %s makes it another fact", name)
			}
		}
		for name, value := range kind.fact {
			n, err := kind.judge(t, set(name, value))
			wantReason(t, err, verifier.OK)
			if err == nil && contentOf(&n) == contentOf(&first) {
				t.Errorf("another %s goes unnoticed", name)
			}
		}
		if again, err := kind.judge(t, nil); err != nil || contentOf(&again) != contentOf(&first) {
			t.Errorf("the same fact has another content (%v)", err)
		}
	})
}

func contentOf(n *verifier.Notification) string { return string(n.AppendContent(nil)) }

func TestAppendContentAppends(t *testing.T) {
	n := judgeGolden(t, "combined")
	if got := string(n.AppendContent([]byte("before"))); got != "before"+contentOf(&n) {
		t.Errorf("got %q", got)
	}
}

// All golden bodies are facts of their own.
func TestIDsAcrossKinds(t *testing.T) {
	byContent := map[string]string{}
	for _, name := range goldenBodies(t) {
		if name == "refund-service-provider" {
			continue // nobody vouches for what sets it apart from refund
		}
		n := judgeGolden(t, name)
		if parts := strings.Split(n.ID(), ":"); len(parts) != 4 || parts[0] != n.ResourceType || parts[1] != mchID {
			t.Errorf("%s: %s is not <resource_type>:<mchid>:<number>:<state>", name, n.ID())
		}
		if strings.ContainsAny(n.ID(), " \t\r\n\"\\") {
			t.Errorf("%s: %q does not fit into a header", name, n.ID())
		}
		if other, ok := byContent[contentOf(&n)]; ok {
			t.Errorf("%s and %s have the same content", name, other)
		}
		byContent[contentOf(&n)] = name
	}
}

// The lists of the merchant bind each kind that carries the field, and no other.
func TestListsAndKinds(t *testing.T) {
	for _, kind := range kindTests {
		if kind.kind == verifier.Refund {
			continue // they bind what stands around it: TestRefundLists
		}
		absent := verifier.WrongAppID
		if kind.appIDOptional {
			absent = verifier.OK
		}
		testList(t, kind, kind.appID, absent, verifier.WrongAppID, func(m *verifier.Merchant, ids []string) { m.AppIDs = ids })
		testList(t, kind, kind.subMchID, verifier.WrongSubMerchant, verifier.WrongSubMerchant,
			func(m *verifier.Merchant, ids []string) { m.SubMchIDs = ids })
	}
}

// testList expects that a list with the value of field passes the golden body, and what
// becomes of one where the field is absent, or other. Without such a field, no list does
// anything.
func testList(t *testing.T, kind kindTest, field string, absent, other verifier.Reason, fill func(*verifier.Merchant, []string)) {
	t.Helper()
	ids := []string{"not-this-one"}
	if field != "" {
		fields, _ := goldenFields(t, kind.golden)
		ids = append(ids, fields[field])
	}
	wantAs := func(what string, change func(wechatpaytest.Fields), want verifier.Reason) {
		t.Helper()
		_, err := kind.judge(t, change, withMerchant(func(m *verifier.Merchant) { fill(m, ids) }))
		if label(err) != want.String() {
			t.Errorf("%s, %q %s: %s, want %s", kind.kind, field, what, label(err), want.String())
		}
	}
	wantAs("as it is", nil, verifier.OK)
	if field != "" {
		wantAs("absent", drop(field), absent)
		wantAs("other", set(field, "other"), other)
		wantAs("in upper case", set(field, "WX2421B1C4370EC43B"), other)
	}
}
