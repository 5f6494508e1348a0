package io.feiqian.proxy;

import io.netty.handler.ssl.OpenSslSessionContext;
import io.netty.handler.ssl.OpenSslSessionTicketKey;
import io.netty.handler.ssl.SslContext;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateException;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import javax.crypto.KDF;
import javax.crypto.spec.HKDFParameterSpec;

/**
 * Keys of TLS tickets that several gateways share (S.gw-2): a phone takes its session up again at
 * whichever of them it comes to, also after a restart. Pure.
 *
 * <p>The file's secrets are never keys themselves: from each a key is derived for one scope, a
 * listener with its certificate and with what it asks of clients. A ticket is worth nothing
 * anywhere else, so that nobody gets in with it where a certificate would have been asked for.
 */
final class TlsTickets {
    private static final int LEAST_BYTES = 32;
    private static final int MOST = 8;
    private static final int PART = 16;

    private TlsTickets() {}

    /** The secrets of a file, the one that new tickets are made with first. */
    static List<byte[]> secrets(byte[] content) throws CertificateException {
        List<String> lines =
                new String(content, StandardCharsets.US_ASCII)
                        .lines()
                        .map(String::strip)
                        .filter(each -> !each.isEmpty() && !each.startsWith("#"))
                        .toList();
        if (lines.isEmpty() || lines.size() > MOST) {
            throw new CertificateException(
                    "ticket keys: %d lines (expected: 1 to %d)".formatted(lines.size(), MOST));
        }
        try {
            List<byte[]> secrets = lines.stream().map(Base64.getDecoder()::decode).toList();
            for (byte[] each : secrets) {
                if (each.length < LEAST_BYTES) {
                    throw new CertificateException(
                            "ticket keys: %d bytes (expected: %d or more)"
                                    .formatted(each.length, LEAST_BYTES));
                }
            }
            return secrets;
        } catch (IllegalArgumentException wrong) {
            // The line itself is a secret.
            throw new CertificateException("ticket keys: no Base64 (expected: a line of it each)");
        }
    }

    /**
     * Has a context make and take tickets by these secrets; false where it cannot, since the JDK
     * does its TLS.
     *
     * @param scope what a ticket is good for
     */
    static boolean share(SslContext context, List<byte[]> secrets, byte[] scope)
            throws GeneralSecurityException {
        if (!(context.sessionContext() instanceof OpenSslSessionContext sessions)) {
            return false;
        }
        OpenSslSessionTicketKey[] keys = new OpenSslSessionTicketKey[secrets.size()];
        for (int i = 0; i < keys.length; i++) {
            byte[] key =
                    KDF.getInstance("HKDF-SHA256")
                            .deriveData(
                                    HKDFParameterSpec.ofExtract()
                                            .addIKM(secrets.get(i))
                                            .thenExpand(scope, 3 * PART));
            keys[i] =
                    new OpenSslSessionTicketKey(
                            Arrays.copyOfRange(key, 0, PART),
                            Arrays.copyOfRange(key, PART, 2 * PART),
                            Arrays.copyOfRange(key, 2 * PART, 3 * PART));
        }
        sessions.setTicketKeys(keys);
        return true;
    }
}
