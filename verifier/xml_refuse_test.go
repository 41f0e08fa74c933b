package verifier_test

import (
	"encoding/binary"
	"errors"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
)

// doctype is an attack on readers that expand entities.
const doctype = `<!DOCTYPE xml [<!ENTITY x SYSTEM "file:///etc/passwd">]>`

// refusedXML are documents that must not be read. Most are well-formed XML in
// which two readers could see two meanings.
var refusedXML = []struct {
	name string
	text string
}{
	{"DOCTYPE", doctype + `<xml><a>&x;</a></xml>`},
	{"DOCTYPE after a declaration", `<?xml version="1.0"?>` + doctype + `<xml><a>1</a></xml>`},
	{"DOCTYPE after a BOM", "\uFEFF" + doctype + `<xml><a>1</a></xml>`},
	{"DOCTYPE in lower case", `<!doctype xml><xml><a>1</a></xml>`},
	{"DOCTYPE without entities", `<!DOCTYPE xml><xml><a>1</a></xml>`},
	{"external DTD", `<!DOCTYPE xml SYSTEM "http://127.0.0.1/a.dtd"><xml><a>1</a></xml>`},
	{"public external DTD", `<!DOCTYPE xml PUBLIC "-//a//b" "http://127.0.0.1/a.dtd"><xml><a>1</a></xml>`},
	{"parameter entity", `<!DOCTYPE xml [<!ENTITY % p SYSTEM "http://127.0.0.1/a.dtd"> %p;]><xml><a>1</a></xml>`},
	{"DOCTYPE split by a comment", `<!DOC<!---->TYPE xml><xml><a>1</a></xml>`},
	{"DOCTYPE between comments", `<!----><!DOCTYPE xml><!----><xml><a>1</a></xml>`},
	{"DOCTYPE inside of the root", `<xml>` + doctype + `<a>1</a></xml>`},
	{"DOCTYPE after the root", `<xml><a>1</a></xml>` + doctype},
	{"DOCTYPE in UTF-16", toUTF16(binary.LittleEndian, "\uFEFF"+doctype+`<xml><a>1</a></xml>`)},
	{"billion laughs", `<!DOCTYPE xml [<!ENTITY a "x"><!ENTITY b "&a;&a;&a;">]><xml><a>&b;</a></xml>`},
	{"entity that no DTD defines", `<xml><a>&x;</a></xml>`},
	{"entity of HTML", `<xml><a>&nbsp;</a></xml>`},

	{"BOM", "\uFEFF<xml><a>1</a></xml>"},
	{"UTF-16LE with BOM", toUTF16(binary.LittleEndian, "\uFEFF<xml><a>1</a></xml>")},
	{"UTF-16BE with BOM", toUTF16(binary.BigEndian, "\uFEFF<xml><a>1</a></xml>")},
	{"UTF-16LE", toUTF16(binary.LittleEndian, "<xml><a>1</a></xml>")},
	{"UTF-16BE", toUTF16(binary.BigEndian, "<xml><a>1</a></xml>")},
	{"GBK", "<xml><a>\xcd\xe2\xbf\xc6</a></xml>"},
	{"GBK in CDATA", "<xml><a><![CDATA[\xcd\xe2\xbf\xc6]]></a></xml>"},
	{"UTF-8 cut off", "<xml><a>\xe5\xa4</a></xml>"},
	{"overlong UTF-8", "<xml><a>\xc0\xbc</a></xml>"},
	{"UTF-8 of a surrogate", "<xml><a>\xed\xa0\x80</a></xml>"},

	{"comment before the root", `<!-- --><xml><a>1</a></xml>`},
	{"comment between elements", `<xml><!-- --><a>1</a></xml>`},
	{"comment inside of a value", `<xml><a>1<!-- -->2</a></xml>`},
	{"comment instead of a value", `<xml><a><!-- 1 --></a></xml>`},
	{"comment after CDATA", `<xml><a><![CDATA[1]]><!-- --></a></xml>`},
	{"comment after the root", `<xml><a>1</a></xml><!-- -->`},
	{"processing instruction before the root", `<?php echo ?><xml><a>1</a></xml>`},
	{"stylesheet", `<?xml-stylesheet href="a"?><xml><a>1</a></xml>`},
	{"processing instruction inside of a value", `<xml><a>1<?x?>2</a></xml>`},
	{"processing instruction after the root", `<xml><a>1</a></xml><?x?>`},

	{"blank before the declaration", ` <?xml version="1.0"?><xml><a>1</a></xml>`},
	{"two declarations", `<?xml version="1.0"?><?xml version="1.0"?><xml><a>1</a></xml>`},
	{"declaration of another encoding", `<?xml version="1.0" encoding="GBK"?><xml><a>1</a></xml>`},
	{"declaration of UTF-7", `<?xml version="1.0" encoding="UTF-7"?><xml><a>1</a></xml>`},
	{"declaration of version 1.1", `<?xml version="1.1"?><xml><a>1</a></xml>`},
	{"declaration without a version", `<?xml encoding="UTF-8"?><xml><a>1</a></xml>`},
	{"declaration with its parts swapped", `<?xml encoding="UTF-8" version="1.0"?><xml><a>1</a></xml>`},
	{"declaration with mismatched quotes", `<?xml version="1.0'?><xml><a>1</a></xml>`},
	{"declaration in upper case", `<?XML version="1.0"?><xml><a>1</a></xml>`},
	{"declaration without an end", `<?xml version="1.0"`},

	{"attribute on the root", `<xml a="1"><a>1</a></xml>`},
	{"attribute on an element", `<xml><a b="1">1</a></xml>`},
	{"attribute on an empty element", `<xml><a b="1"/></xml>`},
	{"default namespace", `<xml xmlns="urn:x"><a>1</a></xml>`},
	{"prefixed element", `<xml><x:a>1</x:a></xml>`},
	{"prefixed root", `<x:xml><a>1</a></x:xml>`},
	{"nested element", `<xml><a><b>1</b></a></xml>`},
	{"nested element after text", `<xml><a>1<b>2</b></a></xml>`},
	{"nested empty element", `<xml><a><b/></a></xml>`},
	{"nested root", `<xml><xml><a>1</a></xml></xml>`},
	{"element twice", `<xml><a>1</a><b>2</b><a>3</a></xml>`},
	{"element twice, alike", `<xml><a>1</a><a>1</a></xml>`},
	{"element twice, then empty", `<xml><a>1</a><a></a></xml>`},
	{"element twice, first empty", `<xml><a/><a>1</a></xml>`},
	{"empty element twice", `<xml><a/><a/></xml>`},
	{"element twice, unsorted", `<xml><b>1</b><a>2</a><b>3</b></xml>`},
	{"element named key", `<xml><a>1</a><key>1</key></xml>`},
	{"empty element named key", `<xml><a>1</a><key/></xml>`},
	{"name that begins with a digit", `<xml><0>1</0></xml>`},
	{"name with a hyphen", `<xml><a-b>1</a-b></xml>`},
	{"name with a dot", `<xml><a.b>1</a.b></xml>`},
	{"name in Chinese", `<xml><签>1</签></xml>`},
	{"no name", `<xml><>1</></xml>`},
	{"blank before a name", `<xml>< a>1</a></xml>`},

	{"NUL", "<xml><a>1\x00</a></xml>"},
	{"NUL between elements", "<xml>\x00<a>1</a></xml>"},
	{"escape", "<xml><a><![CDATA[\x1b]]></a></xml>"},
	{"vertical tab", "<xml><a>\x0b</a></xml>"},
	{"form feed between elements", "<xml>\x0c<a>1</a></xml>"},
	{"form feed inside of a tag", "<xml\x0c><a>1</a></xml>"},
	{"no-break space between elements", "<xml>\u00a0<a>1</a></xml>"},
	{"U+FFFE", "<xml><a>\ufffe</a></xml>"},
	{"U+FFFF in CDATA", "<xml><a><![CDATA[\uffff]]></a></xml>"},
	{"reference to NUL", `<xml><a>&#0;</a></xml>`},
	{"reference to a control character", `<xml><a>&#x1B;</a></xml>`},
	{"reference to a surrogate", `<xml><a>&#xD800;</a></xml>`},
	{"reference to U+FFFE", `<xml><a>&#xFFFE;</a></xml>`},
	{"reference beyond Unicode", `<xml><a>&#x110000;</a></xml>`},
	{"reference that overflows", `<xml><a>&#4294967361;</a></xml>`},
	{"reference without digits", `<xml><a>&#;</a></xml>`},
	{"hexadecimal reference without digits", `<xml><a>&#x;</a></xml>`},
	{"hexadecimal reference with X", `<xml><a>&#X41;</a></xml>`},
	{"reference with a sign", `<xml><a>&#+65;</a></xml>`},
	{"reference with a blank", `<xml><a>&# 65;</a></xml>`},
	{"reference with _", `<xml><a>&#6_5;</a></xml>`},
	{"entity in upper case", `<xml><a>&AMP;</a></xml>`},
	{"& alone", `<xml><a>a&b</a></xml>`},
	{"& at the end", `<xml><a>a&</a></xml>`},
	{"entity without a semicolon", `<xml><a>&amp</a></xml>`},
	{"entity over a CDATA border", `<xml><a>&am<![CDATA[p;]]></a></xml>`},
	{"]]> in text", `<xml><a>1]]>2</a></xml>`},
	{"text between elements", `<xml>1<a>1</a></xml>`},
	{"reference between elements", `<xml>&#32;<a>1</a></xml>`},
	{"CDATA between elements", `<xml><![CDATA[ ]]><a>1</a></xml>`},

	{"text before the root", `1<xml><a>1</a></xml>`},
	{"text after the root", `<xml><a>1</a></xml>1`},
	{"element after the root", `<xml><a>1</a></xml><a>2</a>`},
	{"second root", `<xml><a>1</a></xml><xml><a>2</a></xml>`},
	{"NUL after the root", "<xml><a>1</a></xml>\x00"},
	{"another root", `<root><a>1</a></root>`},
	{"root in upper case", `<XML><a>1</a></XML>`},
	{"root with a longer name", `<xml2><a>1</a></xml2>`},
	{"root closed in upper case", `<xml><a>1</a></XML>`},
	{"no root", `<a>1</a>`},
	{"only a declaration", `<?xml version="1.0"?>`},
	{"only a <", `<`},
	{"text", `SUCCESS`},
	{"form", `return_code=SUCCESS&result_code=SUCCESS`},
	{"HTML", `<!DOCTYPE html><html><body>login</body></html>`},

	{"unclosed root", `<xml><a>1</a>`},
	{"unclosed root tag", `<xml`},
	{"root closed halfway", `<xml><a>1</a></xml`},
	{"unclosed element", `<xml><a>1</xml>`},
	{"unclosed element tag", `<xml><a`},
	{"element closed halfway", `<xml><a>1</a`},
	{"element closed by another", `<xml><a>1</b></xml>`},
	{"element closed by a longer name", `<xml><a>1</ab></xml>`},
	{"element closed by a shorter name", `<xml><ab>1</a></xml>`},
	{"element closed with a blank", `<xml><a>1</ a></xml>`},
	{"element closed with an attribute", `<xml><a>1</a b="1"></xml>`},
	{"end tag without a start tag", `<xml></a></xml>`},
	{"empty element tag torn apart", `<xml><a/ ></xml>`},
	{"text without an end", `<xml><a>1`},
	{"unclosed CDATA", `<xml><a><![CDATA[1</a></xml>`},
	{"CDATA closed halfway", `<xml><a><![CDATA[1]]</a></xml>`},
	{"CDATA closed with a blank", `<xml><a><![CDATA[1]] ></a></xml>`},
	{"CDATA in lower case", `<xml><a><![cdata[1]]></a></xml>`},
	{"CDATA cut off", `<xml><a><![CDATA`},
}

func TestParseXMLRefuses(t *testing.T) {
	v := newVerifier(t)
	for _, test := range refusedXML {
		t.Run(test.name, func(t *testing.T) {
			got, err := verifier.ParseXML(test.text)
			wantReason(t, err, verifier.Malformed)
			if got != nil {
				t.Errorf("got %q next to an error", got)
			}
			_, err = judge(t, v, test.text)
			wantReason(t, err, verifier.Malformed)
		})
	}
}

// A reader that stops at the first problem must not be led past it by a signature.
func TestRefusedXMLStaysRefusedWhenSigned(t *testing.T) {
	v := newVerifier(t)
	body := payment().Sign(key, verifier.MD5)
	_, err := judge(t, v, body)
	wantReason(t, err, verifier.OK)
	for _, piece := range []string{doctype, `<!-- -->`, `<?x?>`, `<sign/>`, `<key/>`, `<x:a/>`, `<a b="1"/>`, `<a><b/></a>`} {
		for _, place := range []string{"<xml>", "<attach>", "</xml>"} {
			for _, changed := range []string{piece + place, place + piece} {
				_, err := judge(t, v, strings.Replace(body, place, changed, 1))
				if !errors.Is(err, verifier.Malformed) {
					t.Errorf("%q in place of %q: %v, want it malformed", changed, place, err)
				}
			}
		}
	}
}

func toUTF16(order binary.AppendByteOrder, text string) string {
	var encoded []byte
	for _, unit := range utf16.Encode([]rune(text)) {
		encoded = order.AppendUint16(encoded, unit)
	}
	return string(encoded)
}
