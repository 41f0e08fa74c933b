package verifier_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
)

// apiV3KeyOfBodies is what the bodies in testdata/golden are encrypted with, where they
// are. They are signed with key.
const apiV3KeyOfBodies = "v3KeyQ7wE2rT9yU4iO1pA6sD3fG8hJ5k"

// goldenBodies returns the names of the bodies in testdata/golden. They were signed and
// encrypted by other programs than these, so that a mistake of ours cannot be in both.
func goldenBodies(t testing.TB) []string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(goldenDir, "*.xml"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("%s holds no body: %v", goldenDir, err)
	}
	names := make([]string, len(paths))
	for i, path := range paths {
		names[i] = strings.TrimSuffix(filepath.Base(path), ".xml")
	}
	return names
}

func readGolden(t testing.TB, file string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(goldenDir, file))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// withAPIv3Key lets newVerifier read what is encrypted in PayScore's bodies.
func withAPIv3Key(m *verifier.Merchant) { m.APIv3Keys = []string{apiV3KeyOfBodies} }

// judgeGolden verifies a body of testdata/golden.
func judgeGolden(t testing.TB, name string) verifier.Notification {
	t.Helper()
	n, err := judge(t, newVerifier(t, withMerchant(withAPIv3Key)), readGolden(t, name+".xml"))
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return n
}

// Each body becomes the document beside it, byte for byte.
func TestGoldenBodies(t *testing.T) {
	for _, name := range goldenBodies(t) {
		t.Run(name, func(t *testing.T) {
			n := judgeGolden(t, name)
			got := string(n.AppendJSON(nil)) + "\n"
			if *update {
				if err := os.WriteFile(filepath.Join(goldenDir, name+".json"), []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if want := readGolden(t, name+".json"); got != want {
				t.Errorf("got  %s\nwant %s", got, want)
			}
			wantNoEmptyMember(t, []byte(got))
			wantSameFields(t, readJSON(t, &n).Fields, asMap(t, n.Fields).Without("sign"))
			wantWarning(t, &n, "")
		})
	}
}

// goldenKinds are what the names of the bodies begin with.
var goldenKinds = []struct {
	prefix       string
	kind         verifier.Kind
	resourceType string
	eventType    string // or the part before the dot that all have in common
	answer       verifier.Answer
}{
	{"refund", verifier.Refund, "refund", "REFUND.", verifier.Ack},
	{"contract-signed", verifier.Contract, "contract", "PAPAY.SIGN", verifier.Ack},
	{"contract-terminated", verifier.Contract, "contract", "PAPAY.TERMINATE", verifier.Ack},
	{"combined", verifier.Combined, "combine_transaction", "TRANSACTION.", verifier.Ack},
	{"native", verifier.Native, "native_scan", "NATIVE.SCAN", verifier.NativeData},
	{"plate", verifier.Plate, "vehicle", "VEHICLE.USER_STATE_CHANGE", verifier.Ack},
	{"risk", verifier.Risk, "risk", "RISK.NOTICE", verifier.Ack},
	{"payscore", verifier.PayScore, "payscore", "TRANSACTION.SUCCESS", verifier.Ack},
}

// What code sees of a notification is what the upstream sees.
func TestKindsOfGoldenBodies(t *testing.T) {
	names := goldenBodies(t)
	for _, want := range goldenKinds {
		found := 0
		for _, name := range names {
			if !strings.HasPrefix(name, want.prefix) {
				continue
			}
			found++
			n := judgeGolden(t, name)
			if n.Kind != want.kind || n.ResourceType != want.resourceType || !strings.HasPrefix(n.EventType, want.eventType) ||
				n.Answer() != want.answer || n.APIVersion != "v2" || n.MchID != mchID || n.NotificationID != "" {
				t.Errorf("%s: got %s, %s, %s, answer %d, %s of merchant %q", name, n.Kind, n.ResourceType, n.EventType, n.Answer(), n.APIVersion, n.MchID)
			}
			var document struct {
				ID, Authenticity string
				EventType        string `json:"event_type"`
			}
			if err := json.Unmarshal([]byte(readGolden(t, name+".json")), &document); err != nil {
				t.Fatal(err)
			}
			if n.ID() != document.ID || n.EventType != document.EventType || n.Authenticity != document.Authenticity {
				t.Errorf("%s: got %s, %s by %s", name, n.ID(), n.EventType, n.Authenticity)
			}
		}
		if found == 0 {
			t.Errorf("no body is named %s", want.prefix)
		}
	}
}

// Nobody but the merchant's own key vouches for any of them.
func TestGoldenBodiesNeedTheKey(t *testing.T) {
	stranger := newVerifier(t, withMerchant(func(m *verifier.Merchant) {
		m.Keys, m.APIv3Keys = []string{strangerKey, previousKey}, []string{apiV3KeyOfBodies}
	}))
	for _, name := range goldenBodies(t) {
		want := verifier.BadSignature
		if strings.HasPrefix(name, "refund") {
			want = verifier.Undecryptable
		}
		_, err := judge(t, stranger, readGolden(t, name+".xml"))
		wantReason(t, err, want)
	}
}

// A previous key vouches as well as the current one.
func TestGoldenBodiesOfAPreviousKey(t *testing.T) {
	v := newVerifier(t, withMerchant(func(m *verifier.Merchant) {
		m.Keys, m.APIv3Keys = []string{strangerKey, key}, []string{strangerKey, apiV3KeyOfBodies}
	}))
	for _, name := range goldenBodies(t) {
		n, err := judge(t, v, readGolden(t, name+".xml"))
		wantReason(t, err, verifier.OK)
		current := judgeGolden(t, name)
		if err == nil && string(n.AppendJSON(nil)) != string(current.AppendJSON(nil)) {
			t.Errorf("%s reads in another way with a previous key", name)
		}
	}
}
