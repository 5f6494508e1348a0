package io.feiqian.proxy;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One HTTP answer, whole.
 *
 * @param status the HTTP status
 * @param contentType the type of the body
 * @param body the body
 * @param headers further headers by name
 * @param close whether the connection cannot be used for another request
 */
public record HttpAnswer(
        int status, String contentType, String body, Map<String, String> headers, boolean close) {
    /** The content type of JSON. */
    public static final String JSON = "application/json";

    /** JSON. */
    public static HttpAnswer json(int status, String body) {
        return text(status, JSON, body);
    }

    /** A body of this type. */
    public static HttpAnswer text(int status, String contentType, String body) {
        return new HttpAnswer(status, contentType, body, Map.of(), false);
    }

    /** No body. */
    public static HttpAnswer empty(int status) {
        return new HttpAnswer(status, "", "", Map.of(), false);
    }

    /** The same with this header. */
    public HttpAnswer with(String name, String value) {
        Map<String, String> more = new LinkedHashMap<>(headers);
        more.put(name, value);
        return new HttpAnswer(status, contentType, body, more, close);
    }

    /** The same, after which the connection is closed. */
    public HttpAnswer closing() {
        return new HttpAnswer(status, contentType, body, headers, true);
    }
}
