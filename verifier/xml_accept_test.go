package verifier_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
)

// fields makes Fields of names and values.
func fields(namesAndValues ...string) verifier.Fields {
	var f verifier.Fields
	for i := 0; i < len(namesAndValues); i += 2 {
		f = append(f, verifier.Field{Name: namesAndValues[i], Value: namesAndValues[i+1]})
	}
	return f
}

// acceptedXML are documents that must be read, and how. Each is read by
// encoding/xml too.
var acceptedXML = []struct {
	name string
	text string
	want verifier.Fields
}{
	{"CDATA", `<xml><a><![CDATA[1]]></a></xml>`, fields("a", "1")},
	{"plain text", `<xml><a>1</a></xml>`, fields("a", "1")},
	{"text before CDATA", `<xml><a>1<![CDATA[2]]></a></xml>`, fields("a", "12")},
	{"text after CDATA", `<xml><a><![CDATA[1]]>2</a></xml>`, fields("a", "12")},
	{"two CDATA sections", `<xml><a><![CDATA[1]]><![CDATA[2]]></a></xml>`, fields("a", "12")},
	{"]]> split over two CDATA sections", `<xml><a><![CDATA[]]]]><![CDATA[>]]></a></xml>`, fields("a", "]]>")},
	{"CDATA that ends in brackets", `<xml><a><![CDATA[x]]]]></a></xml>`, fields("a", "x]]")},
	{"markup inside of CDATA is text", `<xml><a><![CDATA[<b>&amp;</b><!---->]]></a></xml>`, fields("a", "<b>&amp;</b><!---->")},
	{"an unfinished ]] in text", `<xml><a>x]]&gt;</a></xml>`, fields("a", "x]]>")},

	{"the five entities", `<xml><a>&amp;&lt;&gt;&quot;&apos;</a></xml>`, fields("a", `&<>"'`)},
	{"an entity is decoded once", `<xml><a>&amp;lt;</a></xml>`, fields("a", "&lt;")},
	{"decimal character reference", `<xml><a>&#65;&#22806;</a></xml>`, fields("a", "A外")},
	{"hexadecimal character reference", `<xml><a>&#x41;&#x5916;</a></xml>`, fields("a", "A外")},
	{"hexadecimal in either case", `<xml><a>&#xfF21;</a></xml>`, fields("a", "Ａ")},
	{"character reference with leading zeros", `<xml><a>&#00065;&#x0041;</a></xml>`, fields("a", "AA")},
	{"character reference beyond the BMP", `<xml><a>&#128512;</a></xml>`, fields("a", "😀")},
	{"character references to tab, LF and CR stay", `<xml><a>1&#9;2&#10;3&#13;4</a></xml>`, fields("a", "1\t2\n3\r4")},

	{"Chinese and emoji", `<xml><a><![CDATA[外科风云😀]]></a></xml>`, fields("a", "外科风云😀")},
	{"quotes, plus, equals and percent", `<xml><a>"a'+b=c%20d?</a></xml>`, fields("a", `"a'+b=c%20d?`)},
	{"a lone > in text", `<xml><a>1>0</a></xml>`, fields("a", "1>0")},

	{"CR LF in a value becomes LF", "<xml><a>1\r\n2</a></xml>", fields("a", "1\n2")},
	{"CR in a value becomes LF", "<xml><a><![CDATA[1\r2]]></a></xml>", fields("a", "1\n2")},
	{"LF CR in a value becomes two LF", "<xml><a>1\n\r2</a></xml>", fields("a", "1\n\n2")},
	{"CR LF between elements", "<xml>\r\n<a>1</a>\r\n</xml>\r\n", fields("a", "1")},
	{"blanks inside of a value are kept", "<xml><a> 1\t\n</a></xml>", fields("a", " 1\t\n")},
	{"blanks around CDATA are kept", `<xml><a> <![CDATA[1]]> </a></xml>`, fields("a", " 1 ")},
	{"a value of blanks is not empty", `<xml><a> </a></xml>`, fields("a", " ")},
	{"blanks around the root", " \t\r\n<xml><a>1</a></xml> \t\r\n", fields("a", "1")},
	{"blanks between elements", "<xml> \t\r\n<a>1</a> \t\r\n<b>2</b> </xml>", fields("a", "1", "b", "2")},
	{"blanks inside of tags", "<xml ><a \n>1</a\t></xml >", fields("a", "1")},

	{"empty element tag", `<xml><a/><b>1</b></xml>`, fields("b", "1")},
	{"empty element tag with a blank", `<xml><a /><b>1</b></xml>`, fields("b", "1")},
	{"empty element", `<xml><a></a><b>1</b></xml>`, fields("b", "1")},
	{"empty CDATA", `<xml><a><![CDATA[]]></a><b>1</b></xml>`, fields("b", "1")},
	{"two empty CDATA sections", `<xml><a><![CDATA[]]><![CDATA[]]></a></xml>`, fields()},
	{"zero is not empty", `<xml><a>0</a></xml>`, fields("a", "0")},
	{"empty root", `<xml></xml>`, fields()},
	{"empty root element tag", `<xml/>`, fields()},

	{"fields come sorted by byte", `<xml><a>1</a><_>2</_><B>3</B></xml>`, fields("B", "3", "_", "2", "a", "1")},
	{"names of letters, digits and _", `<xml><_a0_Z>1</_a0_Z></xml>`, fields("_a0_Z", "1")},
	{"names are case-sensitive", `<xml><a>1</a><A>2</A></xml>`, fields("A", "2", "a", "1")},
	{"an element named xml", `<xml><xml>1</xml></xml>`, fields("xml", "1")},
	{"a name that begins with key", `<xml><key_0>1</key_0><KEY>2</KEY></xml>`, fields("KEY", "2", "key_0", "1")},
	{"sign is a field like any other", `<xml><sign>AB</sign></xml>`, fields("sign", "AB")},

	{"declaration", `<?xml version="1.0"?><xml><a>1</a></xml>`, fields("a", "1")},
	{"declaration with encoding", `<?xml version="1.0" encoding="UTF-8"?><xml><a>1</a></xml>`, fields("a", "1")},
	{"declaration in lower case and single quotes", `<?xml version='1.0' encoding='utf-8' standalone='yes' ?>` + "\n<xml><a>1</a></xml>", fields("a", "1")},
	{"declaration with line ends", "<?xml\r\nversion = \"1.0\"\r\n?>\r\n<xml><a>1</a></xml>", fields("a", "1")},
}

func TestParseXMLAccepts(t *testing.T) {
	for _, test := range acceptedXML {
		t.Run(test.name, func(t *testing.T) {
			got, err := verifier.ParseXML(test.text)
			if err != nil {
				t.Fatal(err)
			}
			if fmt.Sprintf("%q", got) != fmt.Sprintf("%q", test.want) && len(got)+len(test.want) > 0 {
				t.Errorf("got %q, want %q", got, test.want)
			}
			independent, err := readIndependently(test.text)
			if err != nil {
				t.Fatalf("encoding/xml: %v", err)
			}
			wantSameFields(t, asMap(t, got), independent)
		})
	}
}

// elements returns n elements, of which the first is empty.
func elements(n int) string {
	var text strings.Builder
	for i := range n {
		fmt.Fprintf(&text, "<e%d>%s</e%[1]d>", i, strings.Repeat("x", min(i, 1)))
	}
	return text.String()
}

func TestParseXMLCountsEveryElement(t *testing.T) {
	const limit = 256
	got, err := verifier.ParseXML("<xml>" + elements(limit) + "</xml>")
	if err != nil || len(got) != limit-1 {
		t.Errorf("%d elements: got %d fields and %v", limit, len(got), err)
	}
	_, err = verifier.ParseXML("<xml>" + elements(limit+1) + "</xml>")
	wantReason(t, err, verifier.Malformed)
}
