package inspector

import (
	"fmt"
	"slices"
	"strings"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
)

// step is one step of a delivery's way, and what became of it.
type step struct {
	Name  verifier.Step `json:"step"`
	State state         `json:"state"`
	Note  text          `json:"note"`
}

// state is what became of a step.
type state string

const (
	passed     state = "passed"
	ended      state = "ended" // the delivery ended here
	notReached state = "not_reached"
	skipped    state = "skipped"
)

// guardLookup is how the amount is compared after dedupe, where it else is before.
const guardLookup = "lookup"

// steps tells the way of d, of which e holds the legible form.
func (d *Delivery) steps(e *entry) []step {
	way := d.way()
	end := slices.Index(way, d.end())
	if d.Reason == verifier.OK {
		end = len(way)
	}
	steps := make([]step, len(way))
	for i, name := range way {
		s := step{Name: name, State: notReached}
		switch {
		case i < end:
			s.State, s.Note = d.passed(name, e)
		case i == end:
			s.State, s.Note = ended, endNote(name, e)
		}
		steps[i] = s
	}
	d.answered(&steps[len(steps)-1], e)
	if d.Shadow {
		d.wentOn(steps)
	}
	return steps
}

// way is the order of the steps.
func (d *Delivery) way() []verifier.Step {
	switch {
	case d.failedToRecord():
		return []verifier.Step{
			verifier.ParseStep, verifier.SignatureStep, verifier.KindStep, verifier.AmountStep,
			verifier.UpstreamStep, verifier.DedupeStep, verifier.AckStep,
		}
	case d.Guard == guardLookup && d.Reason != verifier.BadAmount:
		return []verifier.Step{
			verifier.ParseStep, verifier.SignatureStep, verifier.KindStep, verifier.DedupeStep,
			verifier.AmountStep, verifier.UpstreamStep, verifier.AckStep,
		}
	}
	return []verifier.Step{
		verifier.ParseStep, verifier.SignatureStep, verifier.KindStep, verifier.AmountStep,
		verifier.DedupeStep, verifier.UpstreamStep, verifier.AckStep,
	}
}

// failedToRecord reports whether the upstream said yes, and that could not be recorded.
func (d *Delivery) failedToRecord() bool {
	return d.Reason.Step() == verifier.DedupeStep && d.Upstream > 0
}

// end is the step where d ended. A shop that cannot be asked for the order is an upstream
// out of reach, but the upstream itself has not been called by then.
func (d *Delivery) end() verifier.Step {
	if d.Reason == verifier.UpstreamUnreachable && d.Guard == guardLookup && d.Upstream == 0 && d.Lookup > 0 {
		return verifier.AmountStep
	}
	return d.Reason.Step()
}

// passed tells of a step that d came past.
func (d *Delivery) passed(name verifier.Step, e *entry) (state, text) {
	switch name {
	case verifier.ParseStep:
		return passed, same(strings.Replace(e.APIVersion, "v", "APIv", 1))
	case verifier.SignatureStep:
		if d.Authenticity == "encrypted-only" {
			return passed, text{"encrypted, but not signed", "已加密，但没有签名"}
		}
		return passed, same(e.Authenticity)
	case verifier.KindStep:
		return passed, same(strings.TrimSpace(e.Kind + " " + e.EventType))
	case verifier.AmountStep:
		return d.amountStep()
	case verifier.DedupeStep:
		if !d.Deduped {
			return skipped, text{"off, or a kind that is answered every time", "未启用，或属于每次都要应答的通知"}
		}
		return passed, text{"not accepted before", "之前没有接受过"}
	case verifier.UpstreamStep:
		return passed, upstreamNote(e.Upstream)
	default: // of the ack, answered tells
		return passed, text{}
	}
}

func (d *Delivery) amountStep() (state, text) {
	amount := d.amount()
	switch {
	case amount == nil:
		return skipped, text{"the notification has no amount", "通知中没有金额"}
	case d.Guard == guardLookup && d.Lookup == 0, d.Guard == "":
		return passed, text{amount.English + ", not compared with the order", amount.Chinese + "，未与订单核对"}
	}
	return passed, text{amount.English + ", that of the order (" + d.Guard + ")", amount.Chinese + "，与订单一致（" + d.Guard + "）"}
}

// amount is the order's amount, if there is one. How many of its smallest units make up
// one of a currency is only sure of CNY.
func (d *Delivery) amount() *text {
	switch d.Currency {
	case "":
		return nil
	case "CNY":
		yuan := fmt.Sprintf("%d.%02d CNY", d.Total/100, d.Total%100)
		return &text{fmt.Sprintf("%d fen, %s", d.Total, yuan), fmt.Sprintf("%d 分，%s", d.Total, yuan)}
	}
	currency := legible(d.Currency, mostOfValue)
	return &text{fmt.Sprintf("%d %s, smallest unit", d.Total, currency), fmt.Sprintf("%d %s（最小单位）", d.Total, currency)}
}

// endNote is the reason, and what the upstream answered where it is to blame.
func endNote(name verifier.Step, e *entry) text {
	if name != verifier.UpstreamStep || e.Upstream == nil {
		return e.Text
	}
	answer := upstreamNote(e.Upstream)
	return text{e.Text.English + ": " + answer.English, e.Text.Chinese + "：" + answer.Chinese}
}

func upstreamNote(u *upstream) text {
	if u == nil {
		return text{}
	}
	head := strings.TrimSpace(fmt.Sprintf("%d %s", u.Status, u.Type))
	return text{fmt.Sprintf("%s, %d bytes", head, u.Size), fmt.Sprintf("%s，%d 字节", head, u.Size)}
}

// answered tells in the last step what WeChat Pay got: there is an answer to everything,
// but only SUCCESS is what the way leads to.
func (d *Delivery) answered(last *step, e *entry) {
	switch {
	case d.Reason.Status() == 200:
		last.State, last.Note = passed, same("200 SUCCESS")
	case e.Ack != nil:
		last.Note = same(strings.TrimSpace(fmt.Sprintf("%d FAIL %s", e.Ack.Status, e.Ack.Message)))
	}
}

// wentOn tells what mode shadow does: the upstream is called all the same, and its answer
// goes through.
func (d *Delivery) wentOn(steps []step) {
	for i := range steps {
		switch s := &steps[i]; {
		case s.State == ended:
			s.Note.English = "mode enforce would end here: " + s.Note.English
			s.Note.Chinese = "enforce 模式会在此结束：" + s.Note.Chinese
		case s.Name == verifier.UpstreamStep && s.State == notReached:
			s.State = skipped
			s.Note = text{"mode shadow called it all the same", "shadow 模式下仍会调用"}
		case s.Name == verifier.AckStep:
			s.State = skipped
			s.Note = text{"mode shadow passed the upstream's own answer on", "shadow 模式下原样返回上游的应答"}
		}
	}
}

// same is a text that needs no translation.
func same(s string) text { return text{s, s} }
