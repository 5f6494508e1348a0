package io.feiqian.alarms.channels;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URLEncoder;
import java.security.GeneralSecurityException;
import java.util.Base64;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** The two ways in which requests are signed, both with HMAC-SHA256. */
final class Signature {
    private static final String ALGORITHM = "HmacSHA256";

    private Signature() {}

    /** Ours: over the digits of the timestamp and the body's bytes, in hexadecimal digits. */
    static String hex(String secret, String timestamp, byte[] body) {
        Mac mac = keyed(secret);
        mac.update(timestamp.getBytes(UTF_8));
        return HexFormat.of().formatHex(mac.doFinal(body));
    }

    /** DingTalk's: over its timestamp and the secret itself, as a query parameter's value. */
    static String dingTalk(String secret, String timestamp) {
        byte[] sign = keyed(secret).doFinal((timestamp + "\n" + secret).getBytes(UTF_8));
        return URLEncoder.encode(Base64.getEncoder().encodeToString(sign), UTF_8);
    }

    private static Mac keyed(String secret) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(secret.getBytes(UTF_8), ALGORITHM));
            return mac;
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("every Java has " + ALGORITHM, impossible);
        }
    }
}
