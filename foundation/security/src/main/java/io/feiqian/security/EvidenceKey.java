package io.feiqian.security;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;

/**
 * The key by which a system signs evidence that leaves it (Ed25519). Whoever has the public half
 * can tell, without the system, that a file is as it was made. Immutable, thread-safe.
 */
public final class EvidenceKey {
    /**
     * The name of the secret file: the private and the public half, each in base 64, a line each.
     */
    public static final String SECRET = "evidence-key";

    private static final String ALGORITHM = "Ed25519";
    private static final int FINGERPRINT_BYTES = 16;

    private final PrivateKey own;
    private final byte[] publicHalf;

    private EvidenceKey(PrivateKey own, byte[] publicHalf) {
        this.own = own;
        this.publicHalf = publicHalf;
    }

    /** The key of these secrets, made where there is none. */
    public static EvidenceKey obtain(Secrets secrets) {
        return parse(secrets.find(SECRET).orElseGet(() -> secrets.create(SECRET, make())));
    }

    /** Signs; in base 64. */
    public String sign(byte[] content) {
        try {
            Signature signature = Signature.getInstance(ALGORITHM);
            signature.initSign(own);
            signature.update(content);
            return Base64.getEncoder().encodeToString(signature.sign());
        } catch (GeneralSecurityException failure) {
            throw new IllegalStateException("cannot sign evidence", failure);
        }
    }

    /** The public half, in base 64. */
    public String publicKey() {
        return Base64.getEncoder().encodeToString(publicHalf);
    }

    /** What people compare: the beginning of the SHA-256 of a public half, hexadecimal. */
    public static String fingerprint(String publicKey) {
        try {
            byte[] digest =
                    MessageDigest.getInstance("SHA-256")
                            .digest(Base64.getDecoder().decode(publicKey));
            return HexFormat.of().formatHex(digest, 0, FINGERPRINT_BYTES);
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("every Java has SHA-256", impossible);
        }
    }

    /** Whether the holder of a key signed this; false also where key or signature are none. */
    public static boolean isSigned(byte[] content, String signature, String publicKey) {
        try {
            Signature check = Signature.getInstance(ALGORITHM);
            check.initVerify(
                    KeyFactory.getInstance(ALGORITHM)
                            .generatePublic(
                                    new X509EncodedKeySpec(Base64.getDecoder().decode(publicKey))));
            check.update(content);
            return check.verify(Base64.getDecoder().decode(signature));
        } catch (GeneralSecurityException | IllegalArgumentException unreadable) {
            return false;
        }
    }

    /** Nothing of the private half. */
    @Override
    public String toString() {
        return "evidence key " + fingerprint(publicKey());
    }

    private static String make() {
        try {
            KeyPair pair = KeyPairGenerator.getInstance(ALGORITHM).generateKeyPair();
            Base64.Encoder base64 = Base64.getEncoder();
            return base64.encodeToString(pair.getPrivate().getEncoded())
                    + "\n"
                    + base64.encodeToString(pair.getPublic().getEncoded());
        } catch (GeneralSecurityException failure) {
            throw new IllegalStateException("cannot make a key for evidence", failure);
        }
    }

    private static EvidenceKey parse(String text) {
        List<String> lines = text.strip().lines().toList();
        if (lines.size() != 2) {
            throw new IllegalStateException(
                    "secret " + SECRET + ": " + lines.size() + " lines (expected: 2)");
        }
        try {
            Base64.Decoder base64 = Base64.getDecoder();
            return new EvidenceKey(
                    KeyFactory.getInstance(ALGORITHM)
                            .generatePrivate(new PKCS8EncodedKeySpec(base64.decode(lines.get(0)))),
                    base64.decode(lines.get(1)));
        } catch (GeneralSecurityException | IllegalArgumentException unreadable) {
            throw new IllegalStateException(
                    "secret " + SECRET + ": unreadable (expected: a key pair)", unreadable);
        }
    }
}
