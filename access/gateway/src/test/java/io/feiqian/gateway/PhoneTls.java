package io.feiqian.gateway;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * A gateway's certificate, made by the JDK's own tool, and phones that trust it.
 *
 * @param certificate the certificate, PEM
 * @param key its key, PEM
 * @param phone TLS of a phone
 */
record PhoneTls(Path certificate, Path key, SSLContext phone) {
    private static final String PASSWORD = "for-the-test";

    static PhoneTls make(Path folder) {
        Path store = folder.resolve("gateway.p12");
        try {
            Process keytool =
                    new ProcessBuilder(
                                    Path.of(System.getProperty("java.home"), "bin", "keytool")
                                            .toString(),
                                    "-genkeypair",
                                    "-alias",
                                    "gateway",
                                    "-keyalg",
                                    "EC",
                                    "-dname",
                                    "CN=gateway",
                                    "-ext",
                                    "san=ip:127.0.0.1",
                                    "-keystore",
                                    store.toString(),
                                    "-storepass",
                                    PASSWORD)
                            .redirectErrorStream(true)
                            .start();
            String said =
                    new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (keytool.waitFor() != 0) {
                throw new IllegalStateException(said);
            }
            KeyStore keys = KeyStore.getInstance(store.toFile(), PASSWORD.toCharArray());
            TrustManagerFactory trust =
                    TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            KeyStore trusted = KeyStore.getInstance("PKCS12");
            trusted.load(null, null);
            trusted.setCertificateEntry("gateway", keys.getCertificate("gateway"));
            trust.init(trusted);
            SSLContext phone = SSLContext.getInstance("TLS");
            phone.init(null, trust.getTrustManagers(), null);
            return new PhoneTls(
                    pem(folder, "CERTIFICATE", keys.getCertificate("gateway").getEncoded()),
                    pem(
                            folder,
                            "PRIVATE KEY",
                            keys.getKey("gateway", PASSWORD.toCharArray()).getEncoded()),
                    phone);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        } catch (GeneralSecurityException failed) {
            throw new IllegalStateException(failed);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(interrupted);
        }
    }

    private static Path pem(Path folder, String what, byte[] bytes) throws IOException {
        return Files.writeString(
                folder.resolve(what.replace(' ', '-') + ".pem"),
                "-----BEGIN %1$s-----\n%2$s\n-----END %1$s-----\n"
                        .formatted(what, Base64.getMimeEncoder().encodeToString(bytes)));
    }
}
