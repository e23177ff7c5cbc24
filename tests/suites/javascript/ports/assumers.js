// v3, role assumers.
const { getDefaultRoleAssumer, getDefaultRoleAssumerWithWebIdentity, STSClient, GetCallerIdentityCommand } = require('@aws-sdk/client-sts');
const show = (...values) => console.log(JSON.stringify(values));

async function main() {
  const config = { region: 'us-east-1', endpoint: process.env.STS_URL };
  const source = { accessKeyId: process.env.AWS_ACCESS_KEY_ID, secretAccessKey: process.env.AWS_SECRET_ACCESS_KEY };
  const assume = getDefaultRoleAssumer(config);
  const session = await assume(source, { RoleArn: 'arn:aws:iam::123456789012:role/demo', RoleSessionName: 'assumer' });
  show(session.accessKeyId.slice(0, 4), session.expiration instanceof Date, session.accountId);
  const chained = await assume(session, { RoleArn: 'arn:aws:iam::123456789012:role/second', RoleSessionName: 'chained' });
  const client = new STSClient({ ...config, credentials: chained });
  show((await client.send(new GetCallerIdentityCommand({}))).Arn);
  client.destroy();
  const exchange = getDefaultRoleAssumerWithWebIdentity(config);
  const web = await exchange({ RoleArn: 'arn:aws:iam::123456789012:role/web', RoleSessionName: 'web', WebIdentityToken: process.env.TOKEN });
  show(web.accessKeyId.slice(0, 4));
  try {
    await assume(source, { RoleArn: 'arn:aws:iam::123456789012:role/missing', RoleSessionName: 'assumer' });
  } catch (err) {
    show(err.name);
  }
}
main();
