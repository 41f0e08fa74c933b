package main

import (
	"context"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
	"github.com/caddy-wechatpay/caddy-wechatpay/verifier/wechatpaytest"
)

// delivery is one POST of WeChat Pay's, or of somebody who pretends to be it.
type delivery struct {
	title  string
	detail string
	body   string
	want   expectation
}

// expectation is how a delivery must end on both sides.
type expectation struct {
	status int
	code   string
	shop   string // what the shop does, or notCalled
}

const notCalled = "not called"

// deliveries returns what is sent, in this order.
func deliveries(key string) []delivery {
	paid := payment(paidOrder, price).Sign(key, verifier.MD5)
	short := payment(cheatedOrder, 1).Signed(key, verifier.MD5)
	forged := short.With("total_fee", strconv.Itoa(price))
	return []delivery{
		{"genuine", "9900 fen for " + paidOrder, paid, expectation{http.StatusOK, "SUCCESS", ships}},
		{"forged", "1 fen, changed to 9900", forged.XML(), expectation{http.StatusUnauthorized, "FAIL", notCalled}},
		{"duplicate", "of the first", paid, expectation{http.StatusOK, "SUCCESS", notCalled}},
		{"genuine, too little", "1 fen for " + cheatedOrder, short.XML(), expectation{http.StatusInternalServerError, "FAIL", refuses}},
	}
}

// payment returns the fields of a payment of total fen.
func payment(outTradeNo string, total int) wechatpaytest.Fields {
	amount := strconv.Itoa(total)
	return wechatpaytest.Payment(mchID).
		With("out_trade_no", outTradeNo).
		With("total_fee", amount).
		With("cash_fee", amount)
}

// ack is what WeChat Pay gets.
type ack struct {
	status  int
	Code    string `xml:"return_code"`
	Message string `xml:"return_msg"`
}

// send delivers the body as WeChat Pay does, which hangs up after 5 seconds.
func (d delivery) send(ctx context.Context, url string) (got ack, err error) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, url, strings.NewReader(d.body))
	if err != nil {
		return got, err
	}
	request.Header.Set("Content-Type", "text/xml")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return got, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return got, err
	}
	got.status = response.StatusCode
	if err := xml.Unmarshal(body, &got); err != nil {
		return got, fmt.Errorf("status %d with %q, which is no ack: %w", got.status, body, err)
	}
	return got, nil
}
