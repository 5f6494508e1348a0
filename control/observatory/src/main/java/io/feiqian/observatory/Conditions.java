package io.feiqian.observatory;

import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** The conditions of a search: texts of ours, values of the user's. One thread. */
final class Conditions {
    private final List<String> conditions = new ArrayList<>();
    private final List<Object> values = new ArrayList<>();

    void add(String condition, Object... forIt) {
        conditions.add(condition);
        values.addAll(List.of(forIt));
    }

    /** Of this role, cell or instance; of any where it is empty. */
    void node(String node) {
        if (!node.isEmpty()) {
            add("(service = ? or cell = ? or instance = ?)", node, node, node);
        }
    }

    /** The same, or a call to this one, such as a database. */
    void nodeOrTarget(String node) {
        if (!node.isEmpty()) {
            add("(service = ? or cell = ? or instance = ? or target = ?)", node, node, node, node);
        }
    }

    /** A condition with {@code ilike}; nothing in the text is a wildcard. */
    void text(String text, String condition) {
        String literal = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_");
        add(condition, "%" + literal + "%");
    }

    String sql() {
        return String.join(" and ", conditions);
    }

    void set(PreparedStatement statement) throws SQLException {
        for (int i = 0; i < values.size(); i++) {
            statement.setObject(i + 1, values.get(i));
        }
    }
}
