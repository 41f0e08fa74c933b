package simulation

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"time"
)

// The acks of the documentation.
const (
	successAck = "<xml><return_code><![CDATA[SUCCESS]]></return_code><return_msg><![CDATA[OK]]></return_msg></xml>"
	failAck    = "<xml><return_code><![CDATA[FAIL]]></return_code><return_msg><![CDATA["
	ackEnd     = "]]></return_msg></xml>"
)

// answer is the answer to one delivery.
type answer struct {
	*httptest.ResponseRecorder
	at       time.Time
	lost     bool          // the connection was refused or cut off: there is none
	complete chan struct{} // closed when it has been sent
	sent     sync.Once
}

// Flush implements http.Flusher: all of it goes out, though the handler is still busy.
func (a *answer) Flush() { a.send(false) }

func (a *answer) send(lost bool) {
	a.sent.Do(func() {
		a.at, a.lost = time.Now(), lost
		close(a.complete)
	})
}

// status is that of the ack, or 0 without one.
func (a *answer) status() int {
	if a.lost {
		return 0
	}
	return a.Code
}

// fault tells what WeChat Pay would find wrong in the form of the answer, or "".
func (a *answer) fault() string {
	body, header := a.Body.String(), a.Header()
	switch {
	case a.lost:
		return ""
	case (a.Code == http.StatusOK) != (body == successAck):
		return fmt.Sprintf("status %d came with %q", a.Code, body)
	case body != successAck && !(strings.HasPrefix(body, failAck) && strings.HasSuffix(body, ackEnd)):
		return fmt.Sprintf("%q is no ack", body)
	case header.Get("Content-Type") != "text/xml; charset=utf-8", header.Get("Content-Length") != strconv.Itoa(len(body)), len(header) != 2:
		return fmt.Sprintf("the ack came with the header %v", header)
	}
	return ""
}
