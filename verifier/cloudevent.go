package verifier

import "strings"

// AppendCloudEvent appends the notification as a CloudEvents 1.0 event in JSON, in
// structured mode. Its data is what [Notification.AppendJSON] appends.
func (n *Notification) AppendCloudEvent(dst []byte) []byte {
	dst = append(dst, '{')
	dst = appendText(dst, "specversion", "1.0")
	dst = append(appendName(dst, "id"), '"')
	dst = append(n.appendID(dst), '"')
	dst = appendText(dst, "source", "/wechatpay/mch/"+n.MchID)
	dst = appendText(dst, "type", "com.wechatpay."+strings.ToLower(n.EventType))
	dst = appendText(dst, "subject", n.OutTradeNo)
	dst = appendTime(dst, "time", n.Time)
	dst = appendText(dst, "datacontenttype", "application/json")
	dst = appendName(dst, "data")
	return append(n.AppendJSON(dst), '}')
}
