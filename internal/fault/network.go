package fault

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/caddy-wechatpay/caddy-wechatpay/internal/issuer"
	"github.com/caddy-wechatpay/caddy-wechatpay/internal/sender"
	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
)

var network = []Fault{
	{"chunked", Network, "a forged amount in chunks, without a length", unauthorized, nothing, sends(chunked)},
	{"http-1.0", Network, "a forged amount over HTTP/1.0", unauthorized, nothing, sends(oldHTTP)},
	{"expect-continue", Network, "a forged amount that asks whether to continue", orElse(unauthorized, http.StatusExpectationFailed), nothing, sends(expectContinue)},
	{"pipelined", Network, "two forged amounts and an empty body in one go: they are answered one by one", orElse(unauthorized, badRequest...), nothing, pipelined},
	{"slow-body", Network, "a forged amount, bit by bit", orElse(unauthorized, http.StatusRequestTimeout), nothing, slowBody},
	{"cut-off", Network, "the first half of a genuine body, and then the end", orElse(badRequest, http.StatusRequestTimeout), nothing, cutOff},
	{"reset", Network, "the first half of a genuine body, and then a reset: a forged amount is refused thereafter", unauthorized, nothing, reset},
	{"two-lengths", Network, "a request with two lengths, which smuggles in a forged amount", badRequest, nothing, smuggles(twoLengths)},
	{"length-and-chunks", Network, "a request with a length and chunks, which smuggles in a forged amount", orElse(badRequest, unauthorized...), nothing, smuggles(lengthAndChunks)},
	{"hang-up", Network, genuine + ", hung up on before the ack: it is acked in the end", copyStatuses, either, hangUp},
}

func orElse(statuses []int, more ...int) []int { return slices.Concat(statuses, more) }

func chunked(s *stage) (request, error) {
	r, err := s.forged()
	var body strings.Builder
	for piece := range slices.Chunk([]byte(r.message.Body), 100) {
		fmt.Fprintf(&body, "%x\r\n%s\r\n", len(piece), piece)
	}
	r.message.Body = body.String() + "0\r\n\r\n"
	return r.with("Transfer-Encoding", "chunked"), err
}

func oldHTTP(s *stage) (request, error) {
	r, err := s.forged()
	r.version = "HTTP/1.0"
	return r, err
}

// expectContinue does not wait for the answer: not every server gives one.
func expectContinue(s *stage) (request, error) {
	r, err := s.forged()
	return r.with("Expect", "100-continue"), err
}

// pipelined is refused as well where the connection ends after the first answer.
func pipelined(ctx context.Context, s *stage) Result {
	forged, err := s.forged()
	if err != nil {
		return unmade(err)
	}
	all, err := s.text(forged.with("Connection", "keep-alive"), forged.with("Connection", "keep-alive"), post(xmlMessage("")))
	if err != nil {
		return unmade(err)
	}
	c, err := s.connect(ctx)
	if err != nil {
		return failed(err)
	}
	defer c.close()
	c.send(all)
	var r Result
	for i, want := range []int{unauthorized[0], unauthorized[0], badRequest[0]} {
		answer, err := c.answer()
		switch {
		case err != nil && i == 0:
			return failed(err)
		case err != nil:
			return r
		}
		if r = s.judge(forged.message, answer); !r.OK() {
			return r
		}
		if answer.Status != want {
			return resultOf(answer, Unexpected, "answer %d has the status %d, not %d", i+1, answer.Status, want)
		}
	}
	return r
}

// steps are the parts in which a slow body comes.
const steps = 10

func slowBody(ctx context.Context, s *stage) Result {
	r, err := s.forged()
	if err != nil {
		return unmade(err)
	}
	return s.inPieces(ctx, r, func(c *connection) {
		for piece := range slices.Chunk([]byte(r.message.Body), len(r.message.Body)/steps+1) {
			select {
			case <-time.After(s.Slow / steps):
				c.send(string(piece))
			case <-ctx.Done():
			}
		}
	})
}

func cutOff(ctx context.Context, s *stage) Result {
	m, err := s.issue("payment")
	if err != nil {
		return unmade(err)
	}
	return s.inPieces(ctx, post(m), func(c *connection) {
		c.send(m.Body[:len(m.Body)/2])
		_ = c.Conn.(interface{ CloseWrite() error }).CloseWrite() // of TCP, and of TLS
	})
}

// inPieces plays a request whose body is sent by the caller. An edge may well hang up on it.
func (s *stage) inPieces(ctx context.Context, r request, send func(*connection)) Result {
	head, err := s.head(r)
	if err != nil {
		return unmade(err)
	}
	c, err := s.connect(ctx)
	if err != nil {
		return failed(err)
	}
	defer c.close()
	c.send(head)
	send(c)
	return s.judgeOrHungUp(ctx, r.message, c)
}

// judgeOrHungUp takes it for a refusal if the edge hangs up, but not if it does nothing.
func (s *stage) judgeOrHungUp(ctx context.Context, m issuer.Message, c *connection) Result {
	answer, err := c.answer()
	switch {
	case ctx.Err() != nil:
		return Result{State: Unexpected, Detail: "there was no answer in " + s.Limit.String()}
	case err != nil:
		return Result{State: Refused, Detail: sender.Explain(err)}
	}
	return s.judge(m, answer)
}

func reset(ctx context.Context, s *stage) Result {
	m, err := s.issue("payment")
	if err != nil {
		return unmade(err)
	}
	head, err := s.head(post(m))
	if err != nil {
		return unmade(err)
	}
	c, err := s.connect(ctx)
	if err != nil {
		return failed(err)
	}
	c.send(head, m.Body[:len(m.Body)/2])
	c.reset()
	return sends((*stage).forged)(ctx, s)
}

// smuggles plays a request in which a second one may be seen, and looks at all answers.
func smuggles(around func(hidden string, lead request) request) playFunc {
	return func(ctx context.Context, s *stage) Result {
		forged, err := s.forged()
		if err != nil {
			return unmade(err)
		}
		hidden, err := s.text(forged)
		if err != nil {
			return unmade(err)
		}
		all, err := s.text(around(hidden, request{message: xmlMessage("")}.with("Connection", "keep-alive")))
		if err != nil {
			return unmade(err)
		}
		c, err := s.connect(ctx)
		if err != nil {
			return failed(err)
		}
		defer c.close()
		c.send(all)
		first := s.judgeOrHungUp(ctx, forged.message, c)
		if !first.OK() {
			return first
		}
		_ = c.SetReadDeadline(time.Now().Add(time.Second)) // there need not be another
		if another, err := c.answer(); err == nil {
			return s.judge(forged.message, another)
		}
		return first
	}
}

func twoLengths(hidden string, lead request) request {
	lead.message.Body = hidden
	lead.header["Content-Length"] = []string{strconv.Itoa(len(hidden)), "0"}
	return lead
}

func lengthAndChunks(hidden string, lead request) request {
	lead.message.Body = "0\r\n\r\n" + hidden
	return lead.with("Content-Length", strconv.Itoa(len(lead.message.Body))).with("Transfer-Encoding", "chunked")
}

// hangUp comes again until there is an ack, as WeChat Pay does, although sooner.
func hangUp(ctx context.Context, s *stage) Result {
	m, err := s.genuine()
	if err != nil {
		return unmade(err)
	}
	text, err := s.text(post(m))
	if err != nil {
		return unmade(err)
	}
	c, err := s.connect(ctx)
	if err != nil {
		return failed(err)
	}
	c.send(text)
	c.close()
	for {
		r, acked := s.accept(ctx, m)
		if acked || r.Status != verifier.InFlight.Status() {
			return r
		}
		select {
		case <-time.After(250 * time.Millisecond):
		case <-ctx.Done():
			return Result{State: Unexpected, Status: r.Status, Code: r.Code, Detail: "it was still told to come again after " + s.Limit.String()}
		}
	}
}
