package inspector

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

// Whatever a document holds, reading it ends, what is kept is bounded, and no text of a
// member that is not on the list is left.
func FuzzMask(f *testing.F) {
	seeds := goldenDocuments(f)
	if len(seeds) < 50 {
		f.Fatalf("%d documents", len(seeds))
	}
	for _, d := range seeds {
		f.Add(d.text, d.contentType == xmlType)
	}
	for _, text := range []string{
		`{"resource":{"appid":{"a":"secret secret"},"appid":["secret secret",{"b":"secret secret"}]}}`,
		`{"id":"vehicle:1:secret%3Asecret:2","data":{"id":"vehicle:1:2","resource":{"data":{"data":{"payer":"secret secret"}}}}}`,
		`{"fields":{"coupon_type_":"secret secret","coupon_id_0":"secret secret","sub_order_list":"{\"openid\":\"secret secret\"}"}}`,
		"{\"resource\":{\"state\":\"\u202e\\u0000\\ud800\",\"secret secret\":null}}",
		`<xml><attach>secret secret</attach><state><![CDATA[]]]]><![CDATA[>]]></state></xml>`,
	} {
		f.Add(text, strings.HasPrefix(text, "<"))
	}
	f.Fuzz(func(t *testing.T, text string, isXML bool) {
		contentType := jsonType
		if isXML {
			contentType = xmlType
		}
		masked, _ := mask(text, contentType)
		if len(masked) > mostOfDocument+10 || !utf8.ValidString(masked) {
			t.Errorf("kept are %d bytes: %q", len(masked), masked)
		}
		if strings.ContainsFunc(masked, func(r rune) bool { return r != '\n' && !unicode.IsPrint(r) }) {
			t.Errorf("something in it may act: %q", masked)
		}
		var notification any
		if isXML || json.Unmarshal([]byte(text), &notification) != nil {
			return
		}
		var found texts
		found.find(notification, envelope, false)
		for _, secret := range found.hidden {
			if len(secret) >= 8 && !strings.Contains(found.open.String(), secret) && strings.Contains(masked, secret) {
				t.Errorf("%q is left in:\n%s", secret, masked)
			}
		}
	})
}

// texts are those of a document: what may be shown, and what must not.
type texts struct {
	hidden []string
	open   strings.Builder
}

func (x *texts) find(value any, parent string, isShown bool) {
	switch value := value.(type) {
	case map[string]any:
		x.findMembers(value, parent)
	case []any:
		for _, element := range value {
			x.find(element, parent, isShown)
		}
	case string:
		if isShown {
			x.open.WriteString(value + "\n")
		} else {
			x.hidden = append(x.hidden, value)
		}
	}
}

func (x *texts) findMembers(members map[string]any, parent string) {
	for name, member := range members {
		x.open.WriteString(name + "\n")
		inside, opened := isOpened(parent, name)
		if !opened {
			inside = "" // of which nothing is shown
		}
		if id, ok := member.(string); ok && parent == envelope && name == "id" {
			member = maskID(id)
		}
		shows := parent != "" && isShown(parent, name)
		if object, isObject := member.(map[string]any); isObject && !opened {
			x.findMembers(object, "")
			continue
		}
		x.find(member, inside, shows)
	}
}

// What a document had masked does not come back by way of the upstream's answer.
func TestStrike(t *testing.T) {
	const openid = "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"
	const document = `{"resource":{"out_trade_no":"T2018","attach":"T2018","bank_type":"CFT","payer":{"openid":"` + openid + `"},"new":{"phone":"13800138000"}}}`
	_, masked := mask(document, jsonType)
	for _, row := range []struct{ rule, text, want string }{
		{"a masked text", "no user " + openid + " here", "no user •••• 28 here"},
		{"the same twice", openid + openid, "•••• 28•••• 28"},
		{"one that is cut off at the end", "no user " + openid[:9], "no user •••• 28"},
		{"one in a member that is masked as a whole", "call 13800138000", "call •••• 11"},
		{"what the document shows is no secret, even if attach repeats it", "order T2018 is closed", "order T2018 is closed"},
		{"a short one is a part of other words", "CFTP", "CFTP"},
		{"nothing", "", ""},
	} {
		if got := masked.strike(row.text); got != row.want {
			t.Errorf("%s: got %q, want %q", row.rule, got, row.want)
		}
	}
}
