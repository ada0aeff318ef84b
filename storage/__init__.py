"""Models, repositories, migrations, object stores, audit and outbox."""
