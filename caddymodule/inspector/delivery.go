package inspector

import (
	"time"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
)

// Delivery is what wechatpay_notify tells about one delivery of a notification.
type Delivery struct {
	Received time.Time
	Took     time.Duration // until WeChat Pay had its answer

	Merchant, Kind string // unknown until they are proven
	Reason         verifier.Reason
	Detail         string

	APIVersion, Authenticity                           string
	ID, EventType, OutTradeNo, TransactionID, Currency string
	Total                                              int64
	Warnings                                           []string
	Shadow                                             bool          // nothing was refused
	Verify, Lookup, Store, Upstream                    time.Duration // 0 where that did not take place
	Guard                                              string        // how the amount was compared: lookup, attach, or empty
	Deduped                                            bool          // a store was asked
	Forwarded, ForwardedType                           string        // the document and its Content-Type
	UpstreamStatus, UpstreamSize                       int
	UpstreamType                                       string
	AckStatus                                          int
	AckMessage                                         string // the text of the ack; never data that is sent instead of one
	RemoteIP                                           string
}

// Recording reports whether an inspector is configured. While none is, nothing is kept.
func Recording() bool { return deliveries.open.Load() }

// Record keeps one delivery. What could be personal is masked first, so that it does not
// stay in memory.
func Record(d Delivery) {
	if Recording() {
		deliveries.add(&d)
	}
}
