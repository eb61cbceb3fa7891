// Creates missing users: one for each database, who can read and write only that database.
const admin = db.getSiblingDB('admin');
for (const [user, pwd] of [['customers', process.env.CUSTOMERS_PASSWORD]]) {
  const roles = [{ role: 'readWrite', db: user }];
  if (admin.getUser(user)) admin.updateUser(user, { pwd, roles });
  else admin.createUser({ user, pwd, roles });
}
