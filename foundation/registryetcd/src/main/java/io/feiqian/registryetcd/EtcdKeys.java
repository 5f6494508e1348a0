package io.feiqian.registryetcd;

import com.google.protobuf.ByteString;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Where things stand in etcd.
 *
 * @param root what all keys of this registry begin with, ending in a slash
 */
record EtcdKeys(String root) {
    /** Before the name of somebody who left; no name of an instance begins so. */
    static final String LEFT = "~";

    static EtcdKeys of(Optional<String> tenant) {
        return new EtcdKeys(tenant.map(each -> "/feiqian-tenant/" + each).orElse("/feiqian") + "/");
    }

    /** What the keys of all instances begin with. */
    String roles() {
        return root + "services/";
    }

    /** What the keys of a role's instances, and of the notes of those who left, begin with. */
    String role(String role) {
        return roles() + role + "/";
    }

    String instance(String role, String id) {
        return role(role) + id;
    }

    String departure(String role, String id) {
        return role(role) + LEFT + id;
    }

    String document(String name) {
        return root + "documents/" + name;
    }

    String election(String name) {
        return root + "elections/" + name + "/";
    }

    String subscribers(String role) {
        return root + "subscribers/" + role + "/";
    }

    /** The end of the range of all keys with this beginning. */
    static ByteString end(String prefix) {
        byte[] bytes = prefix.getBytes(StandardCharsets.UTF_8);
        bytes[bytes.length - 1]++;
        return ByteString.copyFrom(bytes);
    }

    static ByteString bytes(String key) {
        return ByteString.copyFromUtf8(key);
    }
}
