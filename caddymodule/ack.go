package caddymodule

import (
	"net/http"
	"strconv"
	"strings"
	"unicode"

	"go.uber.org/zap"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
)

// writeAck sends WeChat Pay what the verdict comes to, and nothing of the upstream's
// reply but its message.
func (d *delivery) writeAck(v verdict) {
	status, contentType, body := d.reply(v)
	header := d.response.Header()
	header.Set("Content-Type", contentType)
	header.Set("Content-Length", strconv.Itoa(len(body)))
	d.response.WriteHeader(status)
	_, err := d.response.Write([]byte(body))
	if err == nil && v.reason == verifier.UpstreamTimeout {
		err = http.NewResponseController(d.response).Flush() // the handler may still be busy
	}
	if err != nil {
		d.handler.logger.Debug("WeChat Pay hung up before the ack", zap.Error(err))
	}
}

// ackMessage is the upstream's own message, if there is anything to read in it.
func ackMessage(v verdict) string {
	legible := func(r rune) bool { return unicode.IsGraphic(r) && !unicode.IsSpace(r) }
	if strings.ContainsFunc(v.message, legible) {
		return v.message
	}
	return v.reason.AckMessage()
}
