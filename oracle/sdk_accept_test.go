package oracle

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
	"github.com/caddy-wechatpay/caddy-wechatpay/verifier/wechatpaytest"
	"github.com/wechatpay-apiv3/wechatpay-go/services/payments"
)

// What package wechatpaytest signs and encrypts is what the SDK takes for WeChat Pay's, and
// both of us find the same in it.
func TestTheSDKAcceptsWhatWePretend(t *testing.T) {
	event := func(eventType, originalType, resource string) wechatpaytest.Event {
		return wechatpaytest.Event{EventType: eventType, OriginalType: originalType, Resource: resource, Created: time.Now()}
	}
	events := map[string]wechatpaytest.Event{
		"payment":        wechatpaytest.V3Transaction(mchID),
		"refund":         wechatpaytest.V3Refund(mchID),
		"profit sharing": event("TRANSACTION.SUCCESS", "profitsharing", `{"order_id":"3008","receiver":{"amount":888}}`),
		"another event":  event("PAYSCORE.USER_PAID", "payscore", `{"a":[1,"订单",null]}`),
		"empty":          event("BRAND.NEW", "brand", `{}`),
		"large numbers":  event("BRAND.NEW", "brand", `{"n":123456789012345678901234567890}`),
		"large":          event("BRAND.NEW", "brand", `{"a":"`+strings.Repeat("订单", 8000)+`"}`),
	}
	sdk, ours := sdkHandler(t), ourVerifier(t)
	for platformName, platform := range map[string]*wechatpaytest.Platform{"public key": publicKey(), "certificate": certificate()} {
		for name, e := range events {
			t.Run(name+" by "+platformName, func(t *testing.T) {
				d := signed(platform, e.Body(apiV3Key))
				theirs, err := bySDK(sdk, d)
				if err != nil {
					t.Fatal("the SDK refuses it:", err)
				}
				got, err := byUs(ours, d)
				if err != nil {
					t.Fatal("we refuse it:", err)
				}
				if theirs != e.Resource || got != theirs {
					t.Errorf("encrypted %s\nSDK  %s\nours %s", e.Resource, theirs, got)
				}
			})
		}
	}
}

// The SDK's model of a transaction reads what we read.
func TestTheSDKReadsTheSamePayment(t *testing.T) {
	d := signed(publicKey(), wechatpaytest.V3Transaction(mchID).Body(apiV3Key))
	request, err := http.NewRequest(http.MethodPost, "http://localhost/notify", strings.NewReader(d.body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header = d.header
	var theirs payments.Transaction
	notification, err := sdkHandler(t).ParseNotifyRequest(context.Background(), request, &theirs)
	if err != nil {
		t.Fatal(err)
	}
	var n verifier.Notification
	if err := ourVerifier(t).Verify(d.body, d.header, &n); err != nil {
		t.Fatal(err)
	}
	if *theirs.Mchid != n.MchID || *theirs.OutTradeNo != n.OutTradeNo || *theirs.TransactionId != n.TransactionID ||
		*theirs.TradeState != n.State || *theirs.Amount.Total != n.Total || *theirs.Amount.Currency != n.Currency || *theirs.Attach != n.Orders[0].Attach {
		t.Errorf("the SDK reads %s\nwe read %+v", theirs.String(), n)
	}
	if notification.ID != n.NotificationID || notification.EventType != n.EventType || !notification.CreateTime.Equal(n.Time) {
		t.Errorf("the SDK reads %s, %s, %s\nwe read %s, %s, %s", notification.ID, notification.EventType, notification.CreateTime, n.NotificationID, n.EventType, n.Time)
	}
	var document struct{ Resource payments.Transaction }
	if err := json.Unmarshal(n.AppendJSON(nil), &document); err != nil || document.Resource.String() != theirs.String() {
		t.Errorf("an app that has the SDK's model reads %s\nwant %s (%v)", document.Resource.String(), theirs.String(), err)
	}
}

// What we make of APIv2 fits the SDK's model, too: that is the point of one vocabulary.
func TestTheSDKsModelReadsAPIv2(t *testing.T) {
	const key = "Kd8sPq2vXw7LmN4tYb6Rc9Zf3Hj5Gu1A"
	v := ourVerifier(t, func(config *verifier.Config) { config.Merchants[0].Keys = []string{key} })
	body := wechatpaytest.Payment(mchID).With("total_fee", "100").With("cash_fee", "58").With("coupon_fee", "42").
		With("coupon_id_0", "2000000000507143213").With("coupon_type_0", "NO_CASH").With("coupon_fee_0", "42").Sign(key, verifier.HMACSHA256)
	var n verifier.Notification
	if err := v.Verify(body, nil, &n); err != nil {
		t.Fatal(err)
	}
	var document struct{ Resource payments.Transaction }
	if err := json.Unmarshal(n.AppendJSON(nil), &document); err != nil {
		t.Fatal(err)
	}
	p := document.Resource
	if *p.Mchid != mchID || *p.OutTradeNo != n.OutTradeNo || *p.TradeState != "SUCCESS" || *p.Amount.Total != 100 || *p.Amount.PayerTotal != 58 ||
		*p.Payer.Openid == "" || len(p.PromotionDetail) != 1 || *p.PromotionDetail[0].Amount != 42 || *p.PromotionDetail[0].Type != "NOCASH" {
		t.Errorf("read %s", p.String())
	}
	if _, err := time.Parse(time.RFC3339, *p.SuccessTime); err != nil {
		t.Error(err)
	}
}
