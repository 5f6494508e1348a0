package io.feiqian.spring;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.client.ClientHttpResponse;

/** What a call is answered with, from memory: nobody was called, or the answer was read. */
final class GivenAnswer implements ClientHttpResponse {
    private final int status;
    private final HttpHeaders headers;
    private final byte[] body;
    private final InputStream stream;

    GivenAnswer(int status, HttpHeaders headers, byte[] body) {
        this.status = status;
        this.headers = headers;
        this.body = body.clone();
        this.stream = new ByteArrayInputStream(this.body);
    }

    static GivenAnswer of(HttpProblem problem) {
        return new GivenAnswer(problem.status(), problem.headers(), problem.body());
    }

    @Override
    public HttpStatusCode getStatusCode() {
        return HttpStatusCode.valueOf(status);
    }

    @Override
    public String getStatusText() {
        return "";
    }

    @Override
    public HttpHeaders getHeaders() {
        return headers;
    }

    @Override
    public InputStream getBody() {
        return stream;
    }

    @Override
    public void close() {}
}
