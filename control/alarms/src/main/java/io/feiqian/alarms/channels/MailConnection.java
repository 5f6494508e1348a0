package io.feiqian.alarms.channels;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;

/** A connection to a mail server that reads no more than an honest one has to say. */
final class MailConnection extends Socket {
    private static final int MOST_ANSWERS = 256 * 1024;

    private MailConnection() {}

    /**
     * Connects, with TLS from the first byte where that is asked for.
     *
     * @throws IOException where none of the host's addresses answers, or its certificate is not one
     *     of a trusted authority for this host
     */
    static Socket open(Mail config, SSLSocketFactory tls, Limits limits) throws IOException {
        Socket plain = connect(config, limits);
        try {
            plain.setSoTimeout((int) limits.whole().toMillis());
            if (config.security() != Mail.Security.TLS) {
                return plain;
            }
            SSLSocket secured =
                    (SSLSocket) tls.createSocket(plain, config.host(), config.port(), true);
            SSLParameters parameters = secured.getSSLParameters();
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
            secured.setSSLParameters(parameters);
            secured.startHandshake();
            return secured;
        } catch (IOException failed) {
            plain.close();
            throw failed;
        }
    }

    @Override
    public InputStream getInputStream() throws IOException {
        return new Bounded(super.getInputStream());
    }

    private static Socket connect(Mail config, Limits limits) throws IOException {
        IOException last = null;
        for (InetAddress each : InetAddress.getAllByName(config.host())) {
            Socket socket = new MailConnection();
            try {
                // By the configured name: STARTTLS compares the certificate with what is in it.
                InetAddress named = InetAddress.getByAddress(config.host(), each.getAddress());
                socket.connect(
                        new InetSocketAddress(named, config.port()),
                        (int) limits.connect().toMillis());
                return socket;
            } catch (IOException failed) {
                socket.close();
                last = failed;
            }
        }
        throw last == null ? new IOException("no address") : last;
    }

    private static final class Bounded extends FilterInputStream {
        private int left = MOST_ANSWERS;

        Bounded(InputStream in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            int read = super.read();
            count(read < 0 ? 0 : 1);
            return read;
        }

        @Override
        public int read(byte[] bytes, int from, int length) throws IOException {
            int read = super.read(bytes, from, length);
            count(Math.max(read, 0));
            return read;
        }

        private void count(int read) throws IOException {
            left -= read;
            if (left < 0) {
                throw new IOException("more than " + MOST_ANSWERS + " bytes of answers");
            }
        }
    }
}
