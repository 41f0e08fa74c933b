package caddymodule

import (
	"errors"
	"sync"
	"time"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
)

// verify returns what the upstream gets for body. err is what went wrong before.
func (d *delivery) verify(body string, err error) (document string, _ error) {
	if err == nil {
		d.format = verifier.AckFormatFor(body)
		began := time.Now()
		document, err = d.convert(body)
		d.verifyTime = time.Since(began)
		metrics.verify.Observe(d.verifyTime.Seconds())
	}
	if refused, ok := errors.AsType[*verifier.Error](err); ok && d.facts.id == "" {
		d.facts = factsOfRefused(refused)
	}
	if d.seen != nil {
		d.seen.Forwarded = document
	}
	return document, err
}

// convert verifies body and puts it into the upstream's terms.
func (d *delivery) convert(body string) (document string, err error) {
	ws := workspaces.Get().(*workspace)
	defer workspaces.Put(ws)
	n := &ws.notification
	if err := d.handler.verifier.Verify(body, d.request.Header, n); err != nil {
		return "", err
	}
	d.facts = factsOf(n)
	if d.seen != nil {
		d.seen.APIVersion, d.seen.Authenticity = n.APIVersion, n.Authenticity
	}
	metrics.countKeys(n)
	if err := d.handler.form.fits(n); err != nil {
		return "", err
	}
	if err := d.handler.AmountGuard.checkAttach(n); err != nil {
		return "", err
	}
	d.prepareAnswer(n)
	if records := d.handler.records; records != nil && d.answer == verifier.Ack {
		d.claim = records.claimFor(n, &d.facts, ws.document[:0])
	}
	ws.document = d.handler.form.write(n, ws.document[:0])
	return string(ws.document), nil
}

// workspace is the memory that verifying takes and the rest of a delivery does not.
// While the upstream is busy, a delivery holds little more than the document.
type workspace struct {
	notification verifier.Notification
	document     []byte
}

var workspaces = sync.Pool{New: func() any { return new(workspace) }}

// rejection is the verdict on what could not be read or verified.
func rejection(err error) verdict {
	refused, ok := errors.AsType[*verifier.Error](err)
	if !ok {
		return verdict{reason: verifier.Malformed}
	}
	return verdict{reason: refused.Reason, detail: refused.Detail}
}
