package verifier_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/caddy-wechatpay/caddy-wechatpay/internal/notificationschema"
	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
)

const (
	asJSON       = "application/json; charset=utf-8"
	asCloudEvent = "application/cloudevents+json; charset=utf-8"
)

// goldenDocuments returns all documents that are pinned, by their paths.
func goldenDocuments(t testing.TB) map[string][]byte {
	t.Helper()
	documents := map[string][]byte{}
	for _, dir := range []string{goldenDir, v3GoldenDir} {
		paths, err := filepath.Glob(filepath.Join(dir, "*.json"))
		if err != nil || len(paths) == 0 {
			t.Fatalf("%s holds no document: %v", dir, err)
		}
		for _, path := range paths {
			if documents[path], err = os.ReadFile(path); err != nil {
				t.Fatal(err)
			}
		}
	}
	return documents
}

// The schema describes what is forwarded.
func TestGoldenDocumentsFollowTheSchema(t *testing.T) {
	for path, document := range goldenDocuments(t) {
		t.Run(path, func(t *testing.T) { notificationschema.Check(t, asJSON, document) })
	}
}

// So do CloudEvents, whose data is the same document.
func TestCloudEventsFollowTheSchema(t *testing.T) {
	check := func(t *testing.T, n *verifier.Notification) {
		t.Helper()
		notificationschema.Check(t, asCloudEvent, n.AppendCloudEvent(nil))
		notificationschema.Check(t, asJSON, n.AppendJSON(nil))
		wantSameData(t, n)
		if notificationschema.Validate(asJSON, n.AppendCloudEvent(nil)) == nil || notificationschema.Validate(asCloudEvent, n.AppendJSON(nil)) == nil {
			t.Error("one form passes for the other")
		}
	}
	for name, notification := range goldenNotifications {
		t.Run("v2 "+name, func(t *testing.T) {
			n, err := judge(t, newVerifier(t), notification.fields.Sign(key, notification.signType))
			if err != nil {
				t.Fatal(err)
			}
			check(t, &n)
		})
	}
	for _, name := range goldenBodies(t) {
		t.Run("v2 "+name, func(t *testing.T) {
			n := judgeGolden(t, name)
			check(t, &n)
		})
	}
	v := newV3Verifier(t)
	for name, e := range goldenV3 {
		t.Run("v3 "+name, func(t *testing.T) {
			n := acceptV3(t, v, e)
			check(t, &n)
		})
	}
}

// Each kind of notification is described, and each is pinned: a kind that the schema does
// not know would pass whatever it holds.
func TestSchemaKnowsEveryResourceType(t *testing.T) {
	var schema struct {
		Defs map[string]struct {
			Title string `json:"title"`
		} `json:"$defs"`
	}
	text, err := os.ReadFile("../docs/notification.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &schema); err != nil {
		t.Fatal(err)
	}
	described, pinned := map[string]bool{}, map[string]bool{}
	for name, def := range schema.Defs {
		if def.Title != "" && name != "cloudevent" {
			described[name] = true
		}
	}
	for path, text := range goldenDocuments(t) {
		var document struct {
			ResourceType   string `json:"resource_type"`
			APIVersion     string `json:"api_version"`
			NotificationID string `json:"notification_id"`
			ID             string `json:"id"`
		}
		if err := json.Unmarshal(text, &document); err != nil {
			t.Fatal(path, err)
		}
		if !strings.Contains(document.ID, ":"+document.NotificationID+":") || document.NotificationID == "" { // not of any other event
			pinned[document.ResourceType] = true
		}
	}
	if !reflect.DeepEqual(described, pinned) {
		t.Errorf("described are %v, pinned are %v", described, pinned)
	}
}
