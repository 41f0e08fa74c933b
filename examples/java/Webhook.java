import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * Checks the Webhook-Signature that the edge puts on what it forwards ({@code webhook_secret}), so that nothing that came by
 * another way is taken for a notification. To be copied as it is; nothing but the JDK. The scheme, and this vector, are those
 * of Standard Webhooks. To check a copy:
 *
 * <pre>verify("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330",
 *     "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", "{\"test\": 2432232314}".getBytes(UTF_8),
 *     Instant.ofEpochSecond(1614265330)) is true</pre>
 *
 * A request is genuine if this is true of its headers, "" where one is missing, and of its body, byte for byte, before
 * anything has decoded it:
 *
 * <pre>verify(System.getenv("WEBHOOK_SECRET"), webhookId, webhookTimestamp, webhookSignature, body, Instant.now())</pre>
 */
public class Webhook {
    static boolean verify(String secret, String id, String timestamp, String signatures, byte[] body, Instant now) {
        byte[] key = secret != null && secret.startsWith("whsec_") ? Base64.getDecoder().decode(secret.substring(6)) : new byte[0];
        if (key.length < 16) {
            throw new IllegalArgumentException("no webhook secret"); // anybody could sign with an empty one
        }
        if (!timestamp.matches("[0-9]{1,12}") || Math.abs(now.getEpochSecond() - Long.parseLong(timestamp)) > 300) {
            return false; // an old request, sent again, or a clock that is wrong
        }
        byte[] sum;
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            mac.update((id + "." + timestamp + ".").getBytes(UTF_8));
            sum = mac.doFinal(body);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e); // every Java has HmacSHA256
        }
        byte[] want = ("v1," + Base64.getEncoder().encodeToString(sum)).getBytes(UTF_8);
        boolean genuine = false;
        for (String signature : signatures.split(" ")) { // one for each secret of the edge
            genuine |= MessageDigest.isEqual(want, signature.getBytes(UTF_8));
        }
        return genuine;
    }

    /**
     * Checks a request of which the body is standard input, at a time in Unix seconds, now if none is given:
     *
     * <pre>WEBHOOK_SECRET=... java Webhook.java &lt;id&gt; &lt;timestamp&gt; &lt;signatures&gt; [&lt;now&gt;]</pre>
     */
    public static void main(String[] args) throws IOException {
        Instant now = args.length > 3 ? Instant.ofEpochSecond(Long.parseLong(args[3])) : Instant.now();
        boolean genuine = verify(System.getenv("WEBHOOK_SECRET"), args[0], args[1], args[2], System.in.readAllBytes(), now);
        System.out.println(genuine ? "genuine" : "refused");
    }
}
