// Package diagnosis says in plain words why a WeChat Pay notification does not verify:
// the cause, not the symptom.
//
//	d := diagnosis.Explain(diagnosis.Input{Body: body, MchID: "1900000109", Keys: []string{key}})
//	for _, finding := range d.Findings {
//		fmt.Println(finding.Explanation, finding.Remedy)
//	}
//
// The verdict is package verifier's. Where it is a refusal, one suspected mistake after
// the other is undone, and whatever then makes the signature hold, or the ciphertext
// decrypt, is the cause: such a finding is certain. All else is a hypothesis.
//
// # Bounds
//
// A body of more than 1 MiB is not searched. Neither are more than the first 8 keys of
// each kind, more than 3 wrappings around a body, nor more mistakes in the elements than
// one at a time (every value may have suffered the same one, and up to two elements may be
// lost or added); faults of the keys, of the digest and of sign are undone along with it.
// At most 64 MiB of text go through a digest, in an order in which the likelier comes first,
// so that nothing takes much longer than a second.
//
// # Secrecy
//
// No text of a [Diagnosis] holds a key, or a signature that was computed, whatever the body
// is made of: each is masked at the end.
package diagnosis
