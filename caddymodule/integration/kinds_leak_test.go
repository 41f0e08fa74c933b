package integration

import (
	"slices"
	"strings"
	"testing"
	"time"
)

// Whoever reads the log learns neither who paid nor any key, whatever the kind and
// whatever becomes of it.
func TestKindsLeakNothing(t *testing.T) {
	secrets := map[string]string{
		"the APIv2 key": apiKey, "the APIv3 key": apiV3Key, "an openid": "oUpF8uMEb4qRXf22hE3X68TekukE", "a bank_type": "CMB_DEBIT",
		"who got a refund": "支付用户零钱", "the public key": pemText(string(byPublicKey().PEM)), "the certificate": pemText(string(byCertificate().PEM)),
	}
	for rule, site := range map[string]string{
		"enforce": gateOfBoth(t) + proxy, "shadow": gateOfBoth(t, "mode shadow") + proxy, "cloudevents": gateOfBoth(t, "forward cloudevents") + php,
		"guard": gateOfBoth(t, guardAttach(t)) + proxy, "nobody": gateOfBoth(t),
	} {
		t.Run(rule, func(t *testing.T) {
			e := start(t, site)
			for _, row := range slices.Concat(v2Rows(), []kindRow{nativeRow()}, v3Rows()) {
				for _, n := range []note{row.note, withHeaders(row.body, byStranger().Sign(row.body, time.Now())), {body: row.body + "<"}} {
					got := e.deliver(n)
					if rule != "shadow" {
						wantNoSecret(t, "an answer", got.body+headerText(got.header), secrets)
					}
					e.logs.one(t, ownLogger)
					e.logs.one(t, accessLogger)
				}
			}
			wantNoSecret(t, "the log", e.logs.everything(), secrets)
		})
	}
}

// pemText is a piece from the middle of PEM.
func pemText(text string) string { return strings.Split(text, "\n")[2] }
