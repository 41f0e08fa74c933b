package verifier_test

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"maps"
	"strings"
	"testing"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
	"github.com/caddy-wechatpay/caddy-wechatpay/verifier/wechatpaytest"
)

// readIndependently reads a flat document with encoding/xml and this file's own
// code, so that ours can be held against it. It knows no stricter rules than that
// the document is well-formed and flat. Empty elements are left out.
func readIndependently(body string) (wechatpaytest.Fields, error) {
	fields := wechatpaytest.Fields{}
	var value strings.Builder
	depth := 0
	decoder := xml.NewDecoder(strings.NewReader(body))
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			return fields, nil
		}
		if err != nil {
			return nil, err
		}
		switch token := token.(type) {
		case xml.StartElement:
			if depth++; depth > 2 {
				return nil, fmt.Errorf("%s is nested", token.Name.Local)
			}
			value.Reset()
		case xml.CharData:
			value.Write(token)
		case xml.EndElement:
			if depth == 2 && value.Len() > 0 {
				fields[token.Name.Local] += value.String()
			}
			depth--
		}
	}
}

// asMap turns Fields into a map, and demands that no name is there twice.
func asMap(t testing.TB, fields verifier.Fields) wechatpaytest.Fields {
	t.Helper()
	byName := make(wechatpaytest.Fields, len(fields))
	for _, field := range fields {
		byName[field.Name] = field.Value
	}
	if len(byName) != len(fields) {
		t.Errorf("a name occurs twice in %q", fields)
	}
	return byName
}

// wantSameFields demands that got has the names and values of want.
func wantSameFields(t testing.TB, got, want wechatpaytest.Fields) {
	t.Helper()
	if !maps.Equal(got, want) {
		t.Errorf("got fields %q\nwant       %q", got, want)
	}
}

// document is the JSON that the upstream gets.
type document struct {
	ID          string               `json:"id"`
	EventType   string               `json:"event_type"`
	CreateTime  string               `json:"create_time"`
	SuccessTime string               `json:"-"`
	Resource    map[string]any       `json:"resource"`
	Fields      wechatpaytest.Fields `json:"fields"`
}

// readJSON reads what AppendJSON wrote, and demands that it is valid.
func readJSON(t testing.TB, n *verifier.Notification) document {
	t.Helper()
	var doc document
	text := n.AppendJSON(nil)
	if err := json.Unmarshal(text, &doc); err != nil {
		t.Fatalf("not JSON: %v\n%s", err, text)
	}
	doc.SuccessTime, _ = doc.Resource["success_time"].(string)
	return doc
}

// wantForwarded demands that n, and the JSON made of it, hold the fields of body as
// encoding/xml reads them, without sign.
func wantForwarded(t testing.TB, n *verifier.Notification, body string) {
	t.Helper()
	want, err := readIndependently(body)
	if err != nil {
		t.Fatalf("accepted, but encoding/xml says %v\n%q", err, body)
	}
	wantSameFields(t, asMap(t, n.Fields), want)
	wantSameFields(t, readJSON(t, n).Fields, want.Without("sign"))
}
