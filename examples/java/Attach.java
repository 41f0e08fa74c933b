import java.io.PrintStream;
import java.security.GeneralSecurityException;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * The attach of an order for {@code amount_guard attach}: your text, a dot, and a MAC over the order's number and amount.
 * WeChat Pay sends attach back with the payment, so that the edge can see by it that the amount is the order's.
 * To be copied as it is; nothing but the JDK. To check a copy:
 *
 * <pre>seal("shop-secret", "会员", "1900000109", "ORDER-1001", 100, "CNY") gives "会员.WIvaFl4LYOPoe65ngjJnRy"</pre>
 */
public class Attach {
    static String seal(String secret, String text, String mchId, String outTradeNo, long totalFee, String feeType) {
        if (secret == null || secret.isBlank()) {
            throw new IllegalArgumentException("no secret"); // a MAC without one could be made by anybody
        }
        String order = String.join("|", mchId, outTradeNo, Long.toString(totalFee), feeType);
        byte[] sum;
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret.getBytes(UTF_8), "HmacSHA256"));
            sum = mac.doFinal(order.getBytes(UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e); // every Java has HmacSHA256
        }
        String attach = text + "." + Base64.getUrlEncoder().encodeToString(sum).substring(0, 22);
        if (attach.codePointCount(0, attach.length()) > 127) { // WeChat Pay's limit; the text has 104 of it
            throw new IllegalArgumentException("attach is longer than 127 characters");
        }
        return attach;
    }

    /**
     * Places an order, as far as attach goes, and prints it:
     *
     * <pre>WECHATPAY_ATTACH_SECRET=... java Attach.java 1900000109 ORDER-1001 100 CNY '会员'</pre>
     *
     * A shop saves its order and sends the same values to WeChat Pay's unifiedorder.
     */
    public static void main(String[] args) {
        String secret = System.getenv("WECHATPAY_ATTACH_SECRET");
        String attach = seal(secret, args[4], args[0], args[1], Long.parseLong(args[2]), args[3]);
        new PrintStream(System.out, true, UTF_8).println(attach);
    }
}
