package integration

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

// What the shop says can be anything. Only an amount is one.
func TestLookupGuardOfBadAnswers(t *testing.T) {
	shop := newShop(t)
	e := start(t, reporting+gate(guardLookup, "dedupe memory", "upstream_timeout 500ms")+proxy)
	const right = `{"total":8800}`
	moved := func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/moved" {
			says(200, right)(w, r)
			return
		}
		says(301, "", "Location", "/moved")(w, r)
	}
	for rule, answer := range map[string]http.HandlerFunc{
		"500":                       says(500, right),
		"503":                       says(503, ""),
		"403":                       says(403, right),
		"201":                       says(201, right),
		"204":                       noContent,
		"206":                       says(206, right),
		"301":                       says(301, right, "Location", "/orders/8800"),
		"a redirect to the amount":  moved,
		"302 to a login":            says(302, "", "Location", "http://127.0.0.1:1/login"),
		"nothing":                   says(200, ""),
		"text":                      says(200, "8800"),
		"garbage":                   says(200, "\x00\xff{"),
		"a page":                    says(200, "<html>"+right+"</html>"),
		"a warning first":           says(200, phpWarning+right),
		"a BOM first":               says(200, bom+right),
		"two objects":               says(200, right+right),
		"an array":                  says(200, "["+right+"]"),
		"null":                      says(200, "null"),
		"cut off":                   hijacked("HTTP/1.1 200 OK\r\nContent-Length: 15\r\n\r\n" + right),
		"cut off in JSON":           says(200, right[:len(right)-1]),
		"no chunk at the end":       hijacked("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\ne\r\n" + right + "\r\n"),
		"no HTTP":                   hijacked("220 smtp ready\r\n"),
		"a hang-up":                 hijacked(""),
		"huge":                      says(200, `{"total":8800,"x":"`+strings.Repeat("x", 1<<20)+`"}`),
		"a flood of blanks":         says(200, right+strings.Repeat(" ", 1<<20)),
		"no total":                  says(200, `{"amount":8800}`),
		"total in another case":     says(200, `{"Total":8800}`),
		"total in another object":   says(200, `{"order":{"total":8800}}`),
		"total twice":               says(200, `{"total":8800,"total":8800}`),
		"total twice, one escaped":  says(200, `{"total":8800,"\u0074otal":1}`),
		"total as text":             says(200, `{"total":"8800"}`),
		"total as a fraction":       says(200, `{"total":8800.0}`),
		"total in yuan":             says(200, `{"total":88.00}`),
		"total as a power":          says(200, `{"total":88e2}`),
		"a negative total":          says(200, `{"total":-8800}`),
		"total null":                says(200, `{"total":null}`),
		"total true":                says(200, `{"total":true}`),
		"total in a list":           says(200, `{"total":[8800]}`),
		"total beyond all integers": says(200, `{"total":18446744073709560416}`), // 8800 in 64 bits
		"currency twice":            says(200, `{"total":8800,"currency":"CNY","currency":"CNY"}`),
		"currency null":             says(200, `{"total":8800,"currency":null}`),
		"currency as a number":      says(200, `{"total":8800,"currency":156}`),
		"compressed":                says(200, "\x1f\x8b", "Content-Encoding", "gzip"),
		"no answer":                 sleeps(2 * time.Second),
	} {
		t.Run(rule, func(t *testing.T) {
			e.t = t
			lookUp(t, e, shop, answer, notReachable)
		})
	}
}
