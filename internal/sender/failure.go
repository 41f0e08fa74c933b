package sender

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"syscall"
)

// Explain says in words why there is no answer. It quotes what a stranger sent.
func Explain(err error) string {
	var unresolved *net.DNSError
	var untrusted *tls.CertificateVerificationError
	var notTLS tls.RecordHeaderError
	var slow net.Error
	var unknownAuthority x509.UnknownAuthorityError
	switch {
	case errors.Is(err, errTooLarge):
		return fmt.Sprintf("the answer is larger than %d KiB, which no ack is", maxAnswer>>10)
	case errors.Is(err, syscall.ECONNREFUSED):
		return "the connection was refused: nothing listens there"
	case errors.As(err, &unresolved):
		return fmt.Sprintf("the name %q cannot be resolved", unresolved.Name)
	case errors.As(err, &slow) && slow.Timeout():
		return "there was no answer in time"
	case errors.As(err, &unknownAuthority):
		return "the certificate is not signed by an authority that is trusted; WeChat Pay accepts no other"
	case errors.As(err, &untrusted):
		return fmt.Sprintf("the certificate is not valid: %q", untrusted.Err.Error())
	case errors.As(err, &notTLS), strings.Contains(err.Error(), "HTTP response to HTTPS client"):
		return "there is no TLS at this port: is it http:// ?"
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, syscall.ECONNRESET):
		return "the connection was closed before the answer was whole"
	}
	return fmt.Sprintf("there is no answer: %q", shorten(err.Error()))
}

// shorten keeps what a stranger sent from filling the screen.
func shorten(text string) string {
	const limit = 200
	runes := []rune(text)
	if len(runes) <= limit {
		return text
	}
	return string(runes[:limit]) + "..."
}
