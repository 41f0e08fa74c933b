package diagnosis

import "maps"

// cause is a way in which a notification, or what it is verified with, goes wrong. The set
// is closed.
type cause uint8

// found is a cause and where it was found, in a few words.
type found struct {
	cause cause
	where string
}

// The causes, by what they are about.
const (
	_ cause = iota

	// The keys.
	keyMissing
	keyEmpty
	keyBlank
	keyLineBreak
	keyBOM
	keyQuoted
	keyAssignment
	keyTwoInOne
	keyForeign
	keyBase64
	keyPlaceholder
	keyIsCertificate
	keyIsOther
	keyLengthWrong
	keyCase
	keyHashed
	keyMakersBlank
	keySample
	keySampleGiven
	keyPrevious
	keyIsAPIv3
	keySandbox
	keyWrong
	merchantOther
	merchantMalformed
	merchantMissing

	// The element sign, and how it was made.
	signMissing
	signEmpty
	signMisspelt
	signLowerCase
	signBlank
	signTruncated
	signZeroLost
	signBase64
	signChanged
	signUnreadable
	hmacNotAllowed
	md5NotAllowed
	signTypeDisagrees
	payScoreMD5
	sha256NotHMAC
	hmacWithoutKey
	signedWithoutKey
	keyAppendedOtherwise
	otherDigest
	signSigned
	signTypeUnsigned
	emptySigned
	urlEncodedInString
	sortedIgnoringCase
	sortedNaturally
	unsorted
	signedInGBK

	// The values of elements.
	valueTrimmed
	valuePadded
	blankLost
	lineEndsChanged
	mojibakeGBK
	mojibakeLatin1
	charactersReplaced
	valueNormalized
	entityLeft
	entityDecoded
	backslashAdded
	backslashLost
	plusBlank
	percentLeft
	percentDecoded
	cdataLiteral
	valueQuoted
	jsonReserialized
	amountInYuan
	numberReformatted
	numberScientific
	zerosLost
	valueCase
	timeReformatted
	booleanChanged
	valueNull
	valueTruncated
	valueChanged

	// The elements.
	elementLost
	elementAdded
	elementEmptied
	elementRenamed
	elementDoubled
	elementKey

	// The body as a whole.
	bodyTooLarge
	bodyEmpty
	bodyBOM
	bodyUTF16
	bodyGBK
	bodyDeclaredEncoding
	bodyControl
	bodyGzip
	bodyBase64
	bodyForm
	bodyPercentEncoded
	bodyHTMLEscaped
	bodyQuoted
	bodyLogEscapes
	bodyHTTPMessage
	bodyChunked
	bodyJSON
	bodyQueryString
	bodyDump
	bodyLeading
	bodyTrailing
	bodyStrayText
	bodyCutOff
	bodyComment
	bodyDTD
	bodyInstruction
	bodyAttribute
	bodyNested
	bodyBareMarkup
	bodyRootRenamed
	bodyNotStrict
	bodyNotXML
	bodyHTML
	bodyRequest
	bodyReply
	bodyAck
	bodyFail

	// Refunds of APIv2.
	reqInfoLost
	refundDecrypted
	refundKey
	refundAPIv3Key
	refundRawKey
	refundUpperMD5
	refundBinaryMD5
	refundPlusBlank
	refundLineBreaks
	refundURLSafe
	refundPercentEncoded
	refundPadding
	refundTwice
	refundNotBase64
	refundTruncated
	refundBlocks
	refundNested
	refundNotFlat

	// APIv3.
	v3NoHeaders
	v3OptionsMissing
	v3HeaderMissing
	v3HeaderTwice
	v3HeaderName
	v3HeaderBlank
	v3HeadersOfAnother
	v3NeedsPublicKey
	v3NeedsCertificate
	v3SerialCase
	v3SerialOther
	v3FileOfOther
	v3Probe
	v3SM
	v3Suite
	v3TimestampMillis
	v3TimestampForm
	v3NonceOfResource
	v3SignatureBlank
	v3SignaturePlus
	v3SignatureURLSafe
	v3SignaturePercent
	v3SignaturePadding
	v3BodyNewline
	v3BodyLineEnds
	v3BodyCharset
	v3BodyReescaped
	v3BodyPlus
	v3BodyPretty
	v3BodyCompacted
	v3BodyReordered
	v3BodyChanged
	v3Broken
	v3AssociatedData
	v3KeyMissing
	v3KeyWrong
	v3APIv2Key
	v3Content

	// Authentic, and refused or worth a note all the same.
	fieldMissing
	fieldAmount
	fieldForm
	kindUnknown
	kindResplit
	tooOld
	clockAhead
	clockBehind
	refusedOtherwise
	unevenParts
	paymentFailed

	causes // how many there are
)

// text is what is said about a cause. {where} stands for where it was found.
type text struct{ label, explanation, remedy string }

// texts are those of all causes.
var texts = func() map[cause]text {
	all := make(map[cause]text, causes)
	for _, group := range []map[cause]text{keyTexts, signTexts, valueTexts, elementTexts, bodyTexts, refundTexts, v3Texts, refusedTexts} {
		maps.Copy(all, group)
	}
	return all
}()
