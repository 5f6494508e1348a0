package io.feiqian.server;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;

/** A partner of the bank: signs each request, sends it by TLS, and may break off. */
final class PartnerClient {
    /** What the files of the gateway's certificate are called, without their ends. */
    static final String CERTIFICATE = "partners-listener";

    private static final String PASSWORD = "for-the-test";
    private static final AtomicLong NONCES = new AtomicLong();

    /** An answer as it came. */
    record Reply(int status, Map<String, String> headers, String body) {
        String header(String name) {
            return headers.getOrDefault(name, "");
        }
    }

    private final SSLContext trust;
    private final int port;
    private final String caller;
    private final String secret;

    private PartnerClient(SSLContext trust, int port, String caller, String secret) {
        this.trust = trust;
        this.port = port;
        this.caller = caller;
        this.secret = secret;
    }

    /** One that trusts the certificate in this folder, which is made where there is none. */
    static PartnerClient of(Path folder, int port, String caller, String secret)
            throws IOException, GeneralSecurityException, InterruptedException {
        Path store = folder.resolve(CERTIFICATE + ".p12");
        if (!Files.exists(store)) {
            make(store);
        }
        KeyStore keys = KeyStore.getInstance(store.toFile(), PASSWORD.toCharArray());
        write(
                folder.resolve(CERTIFICATE + ".key"),
                "PRIVATE KEY",
                keys.getKey("gateway", PASSWORD.toCharArray()).getEncoded());
        write(
                folder.resolve(CERTIFICATE + ".pem"),
                "CERTIFICATE",
                keys.getCertificate("gateway").getEncoded());
        KeyStore known = KeyStore.getInstance("PKCS12");
        known.load(null, null);
        known.setCertificateEntry("gateway", keys.getCertificate("gateway"));
        TrustManagerFactory trusted =
                TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trusted.init(known);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trusted.getTrustManagers(), null);
        return new PartnerClient(context, port, caller, secret);
    }

    /** The same with another secret. */
    PartnerClient with(String other) {
        return new PartnerClient(trust, port, caller, other);
    }

    Reply pay(String key, String body) {
        return signed("POST", "/v1/transfers", key, body);
    }

    Reply signed(String verb, String path, String key, String body) {
        return exchange(request(verb, path, key, body, authorization(verb, path, key, body)));
    }

    Reply unsigned(String verb, String path) {
        return exchange(request(verb, path, "", "", ""));
    }

    /** Sends a payment and goes without an answer. */
    void breakOff(String key, String body) {
        try (SSLSocket socket = connect()) {
            String request =
                    request(
                            "POST",
                            "/v1/transfers",
                            key,
                            body,
                            authorization("POST", "/v1/transfers", key, body));
            socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
            socket.getOutputStream().flush();
        } catch (IOException failed) {
            throw new IllegalStateException(failed);
        }
    }

    private Reply exchange(String request) {
        try (SSLSocket socket = connect()) {
            return read(socket, request);
        } catch (IOException failed) {
            throw new IllegalStateException(failed);
        }
    }

    /** The answer to a request that asks for the connection's end. */
    static Reply read(Socket socket, String request) throws IOException {
        socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
        socket.getOutputStream().flush();
        String all = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!all.startsWith("HTTP/1.1 ")) {
            throw new IOException("no answer of HTTP: " + all);
        }
        int end = all.indexOf("\r\n\r\n");
        Map<String, String> headers = new TreeMap<>();
        all.substring(0, end)
                .lines()
                .skip(1)
                .forEach(line -> {
                    int colon = line.indexOf(':');
                    headers.put(
                            line.substring(0, colon).toLowerCase(Locale.ROOT),
                            line.substring(colon + 1).strip());
                });
        return new Reply(Integer.parseInt(all.substring(9, 12)), headers, all.substring(end + 4));
    }

    private SSLSocket connect() throws IOException {
        SSLSocket socket =
                (SSLSocket)
                        trust.getSocketFactory()
                                .createSocket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(30_000);
        SSLParameters checked = socket.getSSLParameters();
        checked.setEndpointIdentificationAlgorithm("HTTPS");
        socket.setSSLParameters(checked);
        socket.startHandshake();
        return socket;
    }

    private static String request(
            String verb, String path, String key, String body, String authorization) {
        StringBuilder text = new StringBuilder(verb + " " + path + " HTTP/1.1\r\n");
        text.append("Host: api.bank.example\r\nConnection: close\r\n");
        if (!authorization.isEmpty()) {
            text.append("Authorization: ").append(authorization).append("\r\n");
        }
        if (!key.isEmpty()) {
            text.append("Idempotency-Key: ").append(key).append("\r\n");
        }
        if (!body.isEmpty()) {
            text.append("Content-Type: application/json\r\nContent-Length: ")
                    .append(body.getBytes(StandardCharsets.UTF_8).length)
                    .append("\r\n");
        }
        return text.append("\r\n").append(body).toString();
    }

    private String authorization(String verb, String path, String key, String body) {
        long time = io.feiqian.runtime.Clock.system().now().getEpochSecond();
        String nonce = "nonce-%s-%012d".formatted(caller, NONCES.incrementAndGet());
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            String text =
                    String.join(
                            "\n",
                            verb,
                            path,
                            "",
                            Long.toString(time),
                            nonce,
                            key,
                            HexFormat.of()
                                    .formatHex(
                                            digest.digest(body.getBytes(StandardCharsets.UTF_8))));
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
            return "Feiqian-HMAC-SHA256 caller=%s, time=%d, nonce=%s, signature=%s"
                    .formatted(
                            caller,
                            time,
                            nonce,
                            HexFormat.of()
                                    .formatHex(mac.doFinal(text.getBytes(StandardCharsets.UTF_8))));
        } catch (GeneralSecurityException missing) {
            throw new IllegalStateException(missing);
        }
    }

    private static void make(Path store) throws IOException, InterruptedException {
        Process made =
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
                                "SAN=ip:127.0.0.1,dns:localhost",
                                "-keystore",
                                store.toString(),
                                "-storepass",
                                PASSWORD)
                        .redirectErrorStream(true)
                        .start();
        String said = new String(made.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (made.waitFor() != 0) {
            throw new IllegalStateException(said);
        }
    }

    private static void write(Path file, String what, byte[] bytes) throws IOException {
        Files.writeString(
                file,
                "-----BEGIN %1$s-----\n%2$s\n-----END %1$s-----\n"
                        .formatted(what, Base64.getMimeEncoder().encodeToString(bytes)));
    }
}
