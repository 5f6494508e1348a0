package io.feiqian.registry;

import java.util.Optional;

/**
 * Where things stand in ZooKeeper.
 *
 * @param root the node above all others of this registry, such as {@code /feiqian}
 */
record ZooKeeperPaths(String root) {
    static final ZooKeeperPaths DEFAULT = new ZooKeeperPaths("/feiqian");

    /** Of a tenant, or of no tenant. */
    static ZooKeeperPaths of(Optional<String> tenant) {
        return tenant.map(each -> new ZooKeeperPaths("/feiqian-tenant/" + each)).orElse(DEFAULT);
    }

    /** The parent of the names of those who watch a role. */
    String subscribers(String role) {
        return root + "/subscribers/" + role;
    }

    /** The parent of all roles. */
    String roles() {
        return root + "/services";
    }

    /** The parent of a role's instances. */
    String role(String role) {
        return roles() + "/" + role;
    }

    String instance(String role, String id) {
        return role(role) + "/" + id;
    }

    /** The parent of the notes of those who left a role. */
    String departures(String role) {
        return root + "/left/" + role;
    }

    String departure(String role, String id) {
        return departures(role) + "/" + id;
    }

    String document(String name) {
        return root + "/documents/" + name;
    }

    String election(String name) {
        return root + "/elections/" + name;
    }
}
