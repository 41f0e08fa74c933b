package verifier

import "strings"

// AppendXML appends the notification as flat, canonical XML: the elements that it came
// with, in byte order of their names, each value in CDATA. sign, or the req_info of a
// refund, is as it was, so that whoever gets it can check it again. There is no XML of
// an APIv3 notification.
func (n *Notification) AppendXML(dst []byte) []byte {
	if n.envelope != nil {
		return appendXML(dst, n.envelope)
	}
	return appendXML(dst, n.Fields)
}

func appendXML(dst []byte, fields Fields) []byte {
	dst = append(dst, "<xml>"...)
	for _, field := range fields {
		dst = append(append(append(dst, '<'), field.Name...), '>')
		dst = appendCDATA(dst, field.Value)
		dst = append(append(append(dst, "</"...), field.Name...), '>')
	}
	return append(dst, "</xml>"...)
}

// appendCDATA appends text that reads back as it is: "]]>" is split over two sections,
// and a CR, which a reader would take for a line end, stands outside of any.
func appendCDATA(dst []byte, text string) []byte {
	text = strings.ReplaceAll(text, "]]>", "]]]]><![CDATA[>")
	text = strings.ReplaceAll(text, "\r", "]]>&#13;<![CDATA[")
	return append(append(append(dst, "<![CDATA["...), text...), "]]>"...)
}
