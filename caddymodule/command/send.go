package command

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/caddy-wechatpay/caddy-wechatpay/internal/issuer"
	"github.com/caddy-wechatpay/caddy-wechatpay/internal/sender"
	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
)

// sending are the flags of send.
type sending struct {
	signing
	body        string
	header      headerFlags
	repeat      count
	concurrency count
	schedule    choice
	speed       factor
	fault       choice
	insecure    bool
}

const (
	maxRepeat      = 10_000
	maxConcurrency = 200
	maxSpeed       = 1_000_000
)

func newSend() *cobra.Command {
	var s sending
	cmd := &cobra.Command{
		Use:               "send URL --kind KIND --mch-id ID <key flags> | --body FILE | --fault NAME",
		Short:             "Delivers a notification the way WeChat Pay does",
		Long:              sendHelp,
		Example:           sendExamples,
		ValidArgsFunction: cobra.NoFileCompletions,
	}
	s.signing.add(cmd)
	flags := cmd.Flags()
	flags.StringVar(&s.body, "body", "", "deliver the body in this `file` as it is, instead of a --kind; - is standard input")
	s.header.add(cmd)
	s.repeat, s.concurrency = count{limit: maxRepeat}, count{1, maxConcurrency}
	flags.Var(&s.repeat, "repeat", "deliver it this often, whatever comes back (default 1)")
	flags.Var(&s.concurrency, "concurrency", "with --repeat: how many of them at once")
	s.schedule.allowed = []string{"current", "legacy"}
	choose(cmd, &s.schedule, "schedule", "come again as WeChat Pay does until it is acked: current (24 h 4 min in all) or legacy (as combined payments)")
	s.speed = 1
	flags.Var(&s.speed, "speed", "with --schedule: how many times faster, such as 60 for minutes in seconds")
	addFault(cmd, &s.fault)
	flags.BoolVar(&s.insecure, "insecure", false, "take any TLS certificate, which WeChat Pay does not")
	for _, name := range []string{"repeat", "concurrency", "speed"} {
		complete(cmd, name, cobra.NoFileCompletions)
	}
	addJSON(cmd, "print the result in JSON")
	cmd.RunE = run(func(cmd *cobra.Command, args []string) error { return s.run(cmd, args) })
	return cmd
}

func (s *sending) run(cmd *cobra.Command, args []string) error {
	if s.fault.text == faultList {
		return listFaults(cmd)
	}
	if err := s.check(cmd, args); err != nil {
		return err
	}
	i, err := s.issuer(cmd)
	if err != nil {
		return err
	}
	to, err := s.sender(cmd, args[0], i)
	if err != nil {
		return err
	}
	defer to.Close()
	ctx, stop := signal.NotifyContext(cmd.Context(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if s.fault.text != "" {
		return s.playFaults(ctx, cmd, to)
	}
	m, err := s.message(cmd, i)
	if err != nil {
		return err
	}
	return s.deliver(ctx, cmd, to, m)
}

// check refuses flags of which one would be ignored.
func (s *sending) check(cmd *cobra.Command, args []string) error {
	given := cmd.Flags().Changed
	switch {
	case len(args) == 0:
		return errors.New("the URL is missing, to which it is delivered, such as http://localhost:8080/notify")
	case len(args) > 1:
		return errors.New("there is more than one URL; a --field with blanks needs quotes")
	case given("body") && (given("kind") || given("field")):
		return errors.New("--body delivers a body as it is, --kind and --field make one; use either")
	case given("header") && !given("body"):
		return errors.New("--header belongs to a --body; what is made with --kind has its headers already")
	case s.body == standardInput && s.keys.fromStdin:
		return errors.New("--key-stdin and --body - both take standard input; put the body or the key into a file")
	case given("fault") && (given("kind") || given("body") || given("repeat") || given("schedule")):
		return errors.New("--fault says what is delivered and how often; it does not go together with --kind, --body, --repeat or --schedule")
	case given("repeat") && given("schedule"):
		return errors.New("--repeat delivers whatever comes back, --schedule until it is acked; use either")
	case given("concurrency") && !given("repeat"):
		return errors.New("--concurrency needs --repeat, which says how many deliveries there are")
	case given("speed") && !given("schedule"):
		return errors.New("--speed needs a --schedule, which it makes faster")
	}
	return nil
}

// issuer returns who makes the notification and signs its repeats. A body of one's own
// needs none: then nil is returned if no key is given.
func (s *sending) issuer(cmd *cobra.Command) (*issuer.Issuer, error) {
	hasKey := s.keys.v2.given() || s.keys.v3.given() || s.keys.fromStdin || s.privateKey.given()
	if s.body != "" && !hasKey {
		return nil, nil
	}
	return s.signing.issuer(cmd)
}

func (s *sending) sender(cmd *cobra.Command, url string, i *issuer.Issuer) (*sender.Sender, error) {
	to, err := sender.New(url, i)
	if err != nil { // whose text repeats what may be no URL at all
		return nil, errors.New("the URL is none to deliver to: it begins with http:// or https://, as in http://localhost:8080/notify")
	}
	if transport, ok := to.Transport.(*http.Transport); ok && s.insecure {
		fmt.Fprintln(cmd.ErrOrStderr(), "warning: --insecure takes any certificate; WeChat Pay would not")
		transport.TLSClientConfig = &tls.Config{InsecureSkipVerify: true} // #nosec G402 -- it is asked for, and warned of
	}
	return to, nil
}

// message returns what is delivered.
func (s *sending) message(cmd *cobra.Command, i *issuer.Issuer) (issuer.Message, error) {
	if s.body == "" {
		return s.issue(i)
	}
	got, err := s.header.read(cmd, s.body)
	if err != nil {
		return issuer.Message{}, err
	}
	if got.header.Get("Content-Type") == "" {
		got.header.Set("Content-Type", "text/xml")
		if verifier.AckFormatFor(got.body) == verifier.JSONAck {
			got.header.Set("Content-Type", "application/json")
		}
	}
	return issuer.Message{Header: got.header, Body: got.body}, nil
}

// deliver delivers once, several times or on a schedule, and tells how it went.
func (s *sending) deliver(ctx context.Context, cmd *cobra.Command, to *sender.Sender, m issuer.Message) (err error) {
	var r report
	var last sender.Attempt
	p := newProgress(cmd)
	watch := sender.Progress{
		Done:    func(number int, a sender.Attempt) { r.add(number, a); p.done(number, a) },
		Waiting: p.waiting,
	}
	switch {
	case s.schedule.text != "":
		last, err = to.UntilAcked(ctx, m, sender.Schedules[s.schedule.text], float64(s.speed), watch)
	case s.repeat.n > 1:
		last, err = to.Repeat(ctx, m, s.repeat.n, s.concurrency.n, watch.Done)
	default:
		last = to.Deliver(ctx, m)
		r.add(1, last)
		err = ctx.Err()
	}
	p.end()
	r.interrupted = err != nil
	r.print(cmd)
	if err != nil || !last.Ack.Acked {
		return errNo
	}
	return nil
}

// The help of send is long, and stands by itself.
var sendHelp = `
Delivers a notification to URL as WeChat Pay does: by POST, with 5 seconds for the whole
answer, no redirect followed; and judges the answer as WeChat Pay does.

  --repeat N      that many deliveries, whatever comes back; --concurrency of them at once
  --schedule      until it is acked, at the times at which WeChat Pay comes again
  --body FILE     a body that you have; APIv3 with a --private-key-file signs its repeats anew
  --fault NAME    a forgery or a network fault, which the edge must refuse or survive;
                  --fault list names them, --fault all plays them all

Use --fault against an edge for tests: it also delivers a genuine payment of 1 fen, for an
order that does not exist, to see that this is not refused.

How it goes is told on standard error, the result on standard output.
` + kindsHelp + keysHelp + fmt.Sprintf(exitCodes, "the last delivery was acked, or the fault refused as it should be", "it was not")

var sendExamples = strings.TrimPrefix(`
  caddy wechatpay send http://localhost:8080/notify --kind payment --mch-id 1900000109 \
    --key-env WECHATPAY_APIV2_KEY --field out_trade_no=ORDER-1001 --field total_fee=9900

  # the same ten times, three at once: your app must be called once
  caddy wechatpay send http://localhost:8080/notify --kind refund --mch-id 1900000109 \
    --key-file key.txt --repeat 10 --concurrency 3

  # the 24 hours of WeChat Pay's repeats within 24 minutes
  caddy wechatpay send http://localhost:8080/notify --kind payment --mch-id 1900000109 \
    --key-file key.txt --schedule current --speed 60

  # a body that was recorded
  caddy wechatpay send http://localhost:8080/notify --body body.xml

  # forgeries and network faults
  caddy wechatpay send --fault list
  caddy wechatpay send http://localhost:8080/notify --fault all --mch-id 1900000109 --key-file key.txt`, "\n")
