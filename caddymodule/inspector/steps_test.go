package inspector

import (
	"strings"
	"testing"
	"time"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
)

// payment is the delivery of one, accepted, with what changes about it.
func payment(change ...func(*Delivery)) *Delivery {
	d := &Delivery{
		Received: time.Date(2018, 8, 22, 12, 56, 6, 0, time.UTC), Took: 40 * time.Millisecond,
		Merchant: "1900000109", Kind: "payment", APIVersion: "v2", Authenticity: "MD5",
		ID: "transaction:1900000109:42:SUCCESS", EventType: "TRANSACTION.SUCCESS",
		OutTradeNo: "SH1", TransactionID: "42", Currency: "CNY", Total: 9900,
		Deduped: true, Verify: time.Millisecond, Store: 2 * time.Millisecond, Upstream: 30 * time.Millisecond,
		UpstreamStatus: 200, UpstreamType: "text/plain", UpstreamSize: 7, AckStatus: 200, AckMessage: "SUCCESS", RemoteIP: "192.0.2.1",
	}
	for _, c := range change {
		c(d)
	}
	return d
}

func refusedFor(reason verifier.Reason) func(*Delivery) {
	return func(d *Delivery) {
		d.Reason, d.AckStatus, d.AckMessage = reason, reason.Status(), reason.AckMessage()
		if reason.Outcome() == verifier.Rejected || reason.Step() == verifier.DedupeStep {
			d.Upstream, d.UpstreamStatus = 0, 0
		}
	}
}

func guarded(guard string, lookup time.Duration) func(*Delivery) {
	return func(d *Delivery) { d.Guard, d.Lookup = guard, lookup }
}

func inShadow(d *Delivery) { d.Shadow, d.Deduped, d.Store = true, false, 0 }

// uncalled is a delivery whose upstream was not called.
func uncalled(d *Delivery) { d.Upstream, d.UpstreamStatus = 0, 0 }

// way writes steps in short: + passed, x ended, . not reached, - skipped.
func wayOf(steps []step) string {
	marks := map[state]string{passed: "+", ended: "x", notReached: ".", skipped: "-"}
	var words []string
	for _, s := range steps {
		words = append(words, string(s.Name)+marks[s.State])
	}
	return strings.Join(words, " ")
}

func TestSteps(t *testing.T) {
	for _, row := range []struct {
		rule string
		d    *Delivery
		want string
	}{
		{"accepted", payment(), "parse+ signature+ kind+ amount+ dedupe+ upstream+ ack+"},
		{"no dedupe", payment(func(d *Delivery) { d.Deduped = false }), "parse+ signature+ kind+ amount+ dedupe- upstream+ ack+"},
		{"no amount", payment(func(d *Delivery) { d.Currency, d.Total = "", 0 }), "parse+ signature+ kind+ amount- dedupe+ upstream+ ack+"},
		{"a forgery", payment(refusedFor(verifier.BadSignature)), "parse+ signaturex kind. amount. dedupe. upstream. ack."},
		{"no notification at all", payment(refusedFor(verifier.Method)), "parsex signature. kind. amount. dedupe. upstream. ack."},
		{"too old", payment(refusedFor(verifier.Stale)), "parse+ signature+ kindx amount. dedupe. upstream. ack."},
		{"a duplicate gets its SUCCESS", payment(refusedFor(verifier.AcceptedEarlier)), "parse+ signature+ kind+ amount+ dedupex upstream. ack+"},
		{"declined", payment(refusedFor(verifier.UpstreamDeclined)), "parse+ signature+ kind+ amount+ dedupe+ upstreamx ack."},
		{"the MAC in attach is wrong", payment(refusedFor(verifier.AmountMismatch), guarded("attach", 0)), "parse+ signature+ kind+ amountx dedupe. upstream. ack."},
		{"the shop is asked after the record", payment(guarded("lookup", 1)), "parse+ signature+ kind+ dedupe+ amount+ upstream+ ack+"},
		{"and says another amount", payment(refusedFor(verifier.AmountMismatch), guarded("lookup", 1)), "parse+ signature+ kind+ dedupe+ amountx upstream. ack."},
		{"or cannot be asked", payment(refusedFor(verifier.UpstreamUnreachable), guarded("lookup", 1), uncalled), "parse+ signature+ kind+ dedupe+ amountx upstream. ack."},
		{"the upstream out of reach after a look-up", payment(refusedFor(verifier.UpstreamUnreachable), guarded("lookup", 1)), "parse+ signature+ kind+ dedupe+ amount+ upstreamx ack."},
		{"the form of an amount is looked at before", payment(refusedFor(verifier.BadAmount), guarded("lookup", 0)), "parse+ signature+ kind+ amountx dedupe. upstream. ack."},
		{"a duplicate is not looked up", payment(refusedFor(verifier.AcceptedEarlier), guarded("lookup", 0)), "parse+ signature+ kind+ dedupex amount. upstream. ack+"},
		{"the upstream's yes could not be recorded", payment(refusedFor(verifier.StoreError), func(d *Delivery) { d.Upstream, d.UpstreamStatus = 1, 200 }), "parse+ signature+ kind+ amount+ upstream+ dedupex ack."},
		{"the record is out of reach", payment(refusedFor(verifier.StoreError)), "parse+ signature+ kind+ amount+ dedupex upstream. ack."},
		{"shadow", payment(inShadow), "parse+ signature+ kind+ amount+ dedupe- upstream+ ack-"},
		{"shadow calls the upstream all the same", payment(inShadow, refusedFor(verifier.BadSignature)), "parse+ signaturex kind. amount. dedupe. upstream- ack-"},
		{"shadow judges the upstream", payment(inShadow, refusedFor(verifier.UpstreamDeclined)), "parse+ signature+ kind+ amount+ dedupe- upstreamx ack-"},
	} {
		if got := wayOf(newEntry(row.d).Steps); got != row.want {
			t.Errorf("%s:\ngot  %s\nwant %s", row.rule, got, row.want)
		}
	}
}

// Every reason ends at some step, in words of both languages.
func TestEveryReasonEndsSomewhere(t *testing.T) {
	for reason := verifier.OK; reason <= verifier.NoUpstream; reason++ {
		e := newEntry(payment(refusedFor(reason)))
		ends := 0
		for _, s := range e.Steps {
			if s.State != ended {
				continue
			}
			ends++
			if !strings.HasPrefix(s.Note.English, reason.Error()) || !strings.HasPrefix(s.Note.Chinese, reason.Chinese()) {
				t.Errorf("%s: the note is %v", reason, s.Note)
			}
		}
		if want := min(int(reason), 1); ends != want || len(e.Steps) != 7 {
			t.Errorf("%s: %s", reason, wayOf(e.Steps))
		}
	}
}

func TestNotes(t *testing.T) {
	for _, row := range []struct {
		rule string
		step verifier.Step
		d    *Delivery
		want text
	}{
		{"the version", verifier.ParseStep, payment(), same("APIv2")},
		{"what signed it", verifier.SignatureStep, payment(), same("MD5")},
		{"a refund of APIv2", verifier.SignatureStep, payment(func(d *Delivery) { d.Authenticity = "encrypted-only" }), text{"encrypted, but not signed", "已加密，但没有签名"}},
		{"the kind and the event", verifier.KindStep, payment(), same("payment TRANSACTION.SUCCESS")},
		{"an amount that nothing was compared with", verifier.AmountStep, payment(), text{"9900 fen, 99.00 CNY, not compared with the order", "9900 分，99.00 CNY，未与订单核对"}},
		{"one that was looked up", verifier.AmountStep, payment(guarded("lookup", 1)), text{"9900 fen, 99.00 CNY, that of the order (lookup)", "9900 分，99.00 CNY，与订单一致（lookup）"}},
		{"one that is in attach", verifier.AmountStep, payment(guarded("attach", 0)), text{"9900 fen, 99.00 CNY, that of the order (attach)", "9900 分，99.00 CNY，与订单一致（attach）"}},
		{"a fen", verifier.AmountStep, payment(func(d *Delivery) { d.Total = 1 }), text{"1 fen, 0.01 CNY, not compared with the order", "1 分，0.01 CNY，未与订单核对"}},
		{"another currency, whose units are not known", verifier.AmountStep, payment(func(d *Delivery) { d.Currency = "JPY" }), text{"9900 JPY, smallest unit, not compared with the order", "9900 JPY（最小单位），未与订单核对"}},
		{"the upstream", verifier.UpstreamStep, payment(), text{"200 text/plain, 7 bytes", "200 text/plain，7 字节"}},
		{"an upstream that is to blame", verifier.UpstreamStep, payment(refusedFor(verifier.UpstreamStatus), func(d *Delivery) { d.UpstreamStatus = 302 }),
			text{"the upstream answered with a status other than 2xx: 302 text/plain, 7 bytes", "上游返回的状态码不是 2xx：302 text/plain，7 字节"}},
		{"the ack", verifier.AckStep, payment(), same("200 SUCCESS")},
		{"the ack of a refusal", verifier.AckStep, payment(refusedFor(verifier.BadSignature)), same("401 FAIL notification refused")},
		{"in shadow mode", verifier.SignatureStep, payment(inShadow, refusedFor(verifier.BadSignature)), text{"mode enforce would end here: the signature does not match", "enforce 模式会在此结束：签名不匹配"}},
	} {
		for _, s := range newEntry(row.d).Steps {
			if s.Name == row.step && s.Note != row.want {
				t.Errorf("%s: got %v, want %v", row.rule, s.Note, row.want)
			}
		}
	}
}
