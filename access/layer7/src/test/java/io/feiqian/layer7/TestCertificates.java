package io.feiqian.layer7;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.Base64;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * A new key and a certificate that it has signed itself, made by the JDK's own tool.
 *
 * @param certificate the certificate, PEM
 * @param key its key, PEM
 * @param store both, PKCS 12
 */
record TestCertificates(Path certificate, Path key, Path store) {
    private static final char[] PASSWORD = "for-the-test".toCharArray();

    /** One for these names, such as {@code dns:a.example.com,ip:127.0.0.1}. */
    static TestCertificates make(Path folder, String name, String names, int days) {
        Path place = folder.resolve(name);
        Path store = place.resolve("store.p12");
        try {
            Files.createDirectories(place);
            Process keytool =
                    new ProcessBuilder(
                                    Path.of(System.getProperty("java.home"), "bin", "keytool")
                                            .toString(),
                                    "-genkeypair",
                                    "-alias",
                                    name,
                                    "-keyalg",
                                    "EC",
                                    "-validity",
                                    Integer.toString(days),
                                    "-dname",
                                    "CN=" + name,
                                    "-ext",
                                    "san=" + names,
                                    "-storetype",
                                    "PKCS12",
                                    "-keystore",
                                    store.toString(),
                                    "-storepass",
                                    new String(PASSWORD))
                            .redirectErrorStream(true)
                            .redirectOutput(place.resolve("keytool.log").toFile())
                            .start();
            if (keytool.waitFor() != 0) {
                throw new IllegalStateException(Files.readString(place.resolve("keytool.log")));
            }
            KeyStore keys = load(store);
            TestCertificates made =
                    new TestCertificates(place.resolve("own.crt"), place.resolve("own.key"), store);
            pem(made.key, "PRIVATE KEY", keys.getKey(name, PASSWORD).getEncoded());
            pem(made.certificate, "CERTIFICATE", keys.getCertificate(name).getEncoded());
            return made;
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        } catch (GeneralSecurityException failed) {
            throw new IllegalStateException(failed);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(interrupted);
        }
    }

    /** A JDK client that trusts these, and shows its own certificate where there is one. */
    static SSLContext client(Path[] trusted, TestCertificates... shown) {
        try {
            KeyStore authorities = KeyStore.getInstance("PKCS12");
            authorities.load(null, null);
            for (Path each : trusted) {
                authorities.setCertificateEntry(each.toString(), certificate(each));
            }
            TrustManagerFactory trust =
                    TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(authorities);
            KeyManagerFactory keys =
                    KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            for (TestCertificates each : shown) {
                keys.init(load(each.store), PASSWORD);
            }
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(
                    shown.length == 0 ? null : keys.getKeyManagers(),
                    trust.getTrustManagers(),
                    null);
            return context;
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        } catch (GeneralSecurityException failed) {
            throw new IllegalStateException(failed);
        }
    }

    private static Certificate certificate(Path file) throws IOException, GeneralSecurityException {
        try (InputStream content = Files.newInputStream(file)) {
            return CertificateFactory.getInstance("X.509").generateCertificate(content);
        }
    }

    private static KeyStore load(Path store) throws IOException, GeneralSecurityException {
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream content = Files.newInputStream(store)) {
            keys.load(content, PASSWORD);
        }
        return keys;
    }

    private static void pem(Path file, String what, byte[] content) throws IOException {
        Files.writeString(
                file,
                "-----BEGIN %s-----\n%s\n-----END %s-----\n"
                        .formatted(what, Base64.getMimeEncoder().encodeToString(content), what));
    }
}
