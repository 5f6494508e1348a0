package io.feiqian.gateway;

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
record HttpAnswer(
        int status, String contentType, String body, Map<String, String> headers, boolean close) {
    static final String JSON = "application/json";

    static HttpAnswer json(int status, String body) {
        return text(status, JSON, body);
    }

    static HttpAnswer text(int status, String contentType, String body) {
        return new HttpAnswer(status, contentType, body, Map.of(), false);
    }

    static HttpAnswer empty(int status) {
        return new HttpAnswer(status, "", "", Map.of(), false);
    }

    HttpAnswer with(String name, String value) {
        Map<String, String> more = new LinkedHashMap<>(headers);
        more.put(name, value);
        return new HttpAnswer(status, contentType, body, more, close);
    }

    HttpAnswer closing() {
        return new HttpAnswer(status, contentType, body, headers, true);
    }
}
