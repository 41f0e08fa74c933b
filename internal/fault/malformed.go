package fault

import (
	"context"
	"encoding/binary"
	"fmt"
	"net"
	"strings"
	"time"
	"unicode/utf16"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
)

var badRequest = []int{verifier.Malformed.Status()}

// malformed are bodies that two readers could take for different things, or that harm who
// reads them. They are signed right for a reader that sees nothing odd in them, so that it
// is their form that has to keep them out.
var malformed = []Fault{
	written("doctype", "an entity of a DTD stands for the amount", func(body string) string {
		return `<!DOCTYPE xml [<!ENTITY amount "` + amountIn(body) + `">]>` + strings.Replace(body, amountElement(body), "<total_fee>&amount;</total_fee>", 1)
	}),
	{"external-entity", Malformed, "a DTD and entities are to be fetched from here: the edge must refuse, and fetch nothing", badRequest, apiV2Key, externalEntity},
	written("billion-laughs", "entities grow tenfold ten times", billionLaughs),
	written("comment", "a comment splits the amount", func(body string) string {
		return strings.Replace(body, amountElement(body), "<total_fee>"+amountIn(body)+"<!-- -->0</total_fee>", 1)
	}),
	written("attribute", "an element has an attribute", func(body string) string {
		return strings.Replace(body, "<total_fee>", `<total_fee currency="CNY">`, 1)
	}),
	written("nested-element", "the amount is in an element of its own within", func(body string) string {
		return strings.Replace(body, amountElement(body), "<total_fee>"+amountElement(body)+"</total_fee>", 1)
	}),
	written("duplicate-element", "the amount is there twice, and one of the two is signed", func(body string) string {
		return strings.Replace(body, amountElement(body), amountElement(body)+"<total_fee>"+amountIn(body)+"0</total_fee>", 1)
	}),
	written("control-character", "a value begins with a NUL", func(body string) string {
		return strings.Replace(body, "<![CDATA[", "<![CDATA[\x00", 1)
	}),
	written("trailing-content", "another document follows", func(body string) string { return body + body }),
	written("byte-order-mark", "the body begins with a byte order mark", func(body string) string { return "\uFEFF" + body }),
	written("utf-16", "the body is in UTF-16", inUTF16),
	{"empty-body", Malformed, "there is no body", badRequest, nothing, sends(func(*stage) (request, error) { return post(xmlMessage("")), nil })},
}

// written is a payment that is signed right, but written in another way.
func written(name, description string, write func(body string) string) Fault {
	return Fault{name, Malformed, description, badRequest, apiV2Key, sends(func(s *stage) (request, error) {
		f, err := s.payment()
		if err != nil {
			return request{}, err
		}
		return post(xmlMessage(write(f.XML()))), nil
	})}
}

func amountElement(body string) string { return "<total_fee>" + amountIn(body) + "</total_fee>" }

func amountIn(body string) string {
	_, rest, _ := strings.Cut(body, "<total_fee>")
	amount, _, _ := strings.Cut(rest, "</total_fee>")
	return amount
}

func billionLaughs(body string) string {
	var dtd strings.Builder
	dtd.WriteString(`<!DOCTYPE xml [<!ENTITY e0 "ha">`)
	for i := range 10 {
		fmt.Fprintf(&dtd, `<!ENTITY e%d "%s">`, i+1, strings.Repeat(fmt.Sprintf("&e%d;", i), 10))
	}
	return dtd.String() + "]>" + strings.Replace(body, "</xml>", "<laughs>&e10;</laughs></xml>", 1)
}

func inUTF16(body string) string {
	text := []byte{0xFF, 0xFE} // the byte order mark
	for _, unit := range utf16.Encode([]rune(body)) {
		text = binary.LittleEndian.AppendUint16(text, unit)
	}
	return string(text)
}

// externalEntity listens for whoever follows what the body refers to.
func externalEntity(ctx context.Context, s *stage) Result {
	listener, err := s.listen(ctx)
	if err != nil {
		return failed(err)
	}
	defer listener.Close()
	at := "http://" + listener.Addr().String()
	result := written("", "", func(body string) string {
		dtd := `<!DOCTYPE xml SYSTEM "` + at + `/dtd" [<!ENTITY % parameter SYSTEM "` + at + `/parameter"> %parameter; <!ENTITY general SYSTEM "` + at + `/entity">]>`
		return dtd + strings.Replace(body, "</xml>", "<entity>&general;</entity></xml>", 1)
	}).play(ctx, s)
	if fetched(listener) {
		result.State, result.Detail = LetThrough, "it followed an address in the body, and connected to this machine"
	}
	return result
}

// listen listens where the edge can get at it: on the address from which it is reached.
func (s *stage) listen(ctx context.Context) (*net.TCPListener, error) {
	c, err := s.Sender.Dial(ctx)
	if err != nil {
		return nil, err
	}
	defer c.Close()
	here, _ := c.LocalAddr().(*net.TCPAddr)
	return net.ListenTCP("tcp", &net.TCPAddr{IP: here.IP, Zone: here.Zone})
}

// fetched reports whether somebody has connected.
func fetched(listener *net.TCPListener) bool {
	_ = listener.SetDeadline(time.Now().Add(100 * time.Millisecond))
	c, err := listener.Accept()
	if err != nil {
		return false
	}
	_ = c.Close()
	return true
}
